import Administration
import ArgumentParser
import Audit

/// `chancery audit verify`
struct AuditVerifyCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check the audit log, and that the directory is what the log says.",
        discussion: """
            Looks at every record, every signature and every token of the directory, and exits with 1 if anything was \
            altered. Note the key it shows somewhere else and give it with --key: then a log that somebody rewrote from \
            its beginning is found too.
            """)
    static let example = "chancery audit verify"

    @Option(text: "The key that the log must begin with.", as: "key") var key: String?
    @OptionGroup var directory: DirectoryOptions

    private struct Answer: Encodable {
        struct Problem: Encodable {
            var record: Int64?
            var message: String
        }

        var log: String?
        var key: String?
        var root: String?
        var records: Int64
        var verified: Int64
        var omissions: [String]
        var problems: [Problem]
    }

    func run() throws {
        let findings = try directory.open().verifyAudit(key: key)
        if directory.json {
            let problems = findings.problems.map { Answer.Problem(record: $0.record, message: $0.message) }
            try JSONOutput.line(
                Answer(
                    log: findings.log?.text, key: findings.key, root: findings.root, records: findings.records,
                    verified: findings.verified, omissions: findings.omissions, problems: problems))
        } else {
            show(findings)
        }
        if !findings.problems.isEmpty { throw ExitCode(1) }
    }

    private func show(_ findings: AuditFindings) {
        if let log = findings.log, let key = findings.key, let root = findings.root {
            var table = Table()
            table.add("Log", log.text)
            table.add("Key", key)
            table.add("Root", root)
            table.add("Records", String(findings.records))
            table.add("Verified", String(findings.verified))
            Console.data(table.text(width: Console.width))
        }
        findings.omissions.forEach(Console.warn)
        for problem in findings.problems {
            Console.complain(problem.record.map { "record \($0): \(problem.message)" } ?? problem.message, remedy: nil)
        }
        guard findings.problems.isEmpty else {
            return Console.say("what was altered came past chancery: compare with a backup from before")
        }
        Console.say(findings.log == nil ? "nothing was recorded yet" : "everything is as it was recorded")
    }
}
