import AdminAPI
import Administration
import ArgumentParser
import Audit

/// `chancery audit verify`
struct AuditVerifyCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check the audit logs, and that the directory is what its log says.",
        discussion: """
            Looks at every record, every signature and every token of the directory, and at the logs of brokers, and exits \
            with 1 if anything was altered. What no checkpoint covers yet is not anchored: nobody can tell whether it is \
            genuine. Note the keys it shows somewhere else and give them with --key: then a log that somebody rewrote from its \
            beginning is found too.
            """)
    static let example = """
        chancery audit verify
        chancery audit verify --log admin
        """

    @Option(
        name: .customLong("key"),
        help: ArgumentHelp("The key that a log must begin with; may be given for each log.", valueName: "key"))
    var keys: [String] = []
    @OptionGroup var logs: AuditLogOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        if let service = try directory.service { return try verify(service) }
        let logs = try logs.open(directory)
        var isWhole = true
        var mentions = try mentions(in: logs)
        if logs.isAdminWanted, let directory = logs.directory {
            let findings = try directory.verifyAudit(key: key(of: AuditLogs.admin), mentions: mentions)
            mentions += findings.mentions
            try AuditVerdict(findings).show(asJSON: self.directory.json, isAlone: logs.brokers.isEmpty)
            isWhole = findings.problems.isEmpty
        }
        for log in logs.brokers {
            do {
                let findings = try LogVerification.run(
                    logs.storage(of: log), expectedKey: key(of: log), mentions: mentions)
                try AuditVerdict(findings, folder: log).show(asJSON: directory.json, isAlone: false)
                isWhole = isWhole && findings.problems.isEmpty
            } catch let error as AuditError {
                throw CommandFailure(message: "\(log): \(error.message)", remedy: nil)
            }
        }
        if !isWhole { throw ExitCode(1) }
    }

    /// The logs of a service, which looks at them itself.
    private func verify(_ service: RemoteService) throws {
        let names = try self.logs.names(of: service)
        var isWhole = true
        for name in names {
            let body = ServiceBodies.verification(key: key(of: name))
            let answer = try service.post("/v1/audit/\(name):verify", body).decoded(VerdictAnswer.self)
            let verdict = AuditVerdict(answer, of: name)
            try verdict.show(asJSON: directory.json, isAlone: names.count == 1)
            isWhole = isWhole && verdict.isInOrder
        }
        if !isWhole { throw ExitCode(1) }
    }

    /// What the checkpoints of brokers' logs say of other logs.
    private func mentions(in logs: AuditLogs) throws -> [Checkpoint.Mention] {
        try LogFolder.logs(in: logs.folder).flatMap { try LogVerification.mentions(in: logs.storage(of: $0)) }
    }

    /// Verifier keys bear the names of their logs. Of one that bears none, the log of the directory is meant.
    private func key(of log: String) -> String? {
        keys.first { $0.hasPrefix("chancery/\(log)/") }
            ?? (log == AuditLogs.admin ? keys.first { !$0.hasPrefix("chancery/broker-") } : nil)
    }
}
