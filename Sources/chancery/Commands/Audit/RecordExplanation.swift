import Administration
import ArgumentParser
import Audit
import Authorization
import Claims
import NKeys
import Policy

/// The name of a record: the log's id and the index, as `AZPG43672HCC/42`.
struct RecordName {
    let log: String
    let index: Int64

    /// Nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 12,
            parts[0].utf8.allSatisfy({ (0x41...0x5A).contains($0) || (0x32...0x37).contains($0) }),
            let index = Int64(parts[1]), index >= 0, String(index) == parts[1]
        else { return nil }
        (log, self.index) = (String(parts[0]), index)
    }
}

/// Why a recorded decision was made: the rule as the record has it, and its place in the files that were applied.
struct RecordExplanation {
    private let name: String
    private let log: String
    private let record: DecisionRecord
    private let row: AuditRow
    private let answer: RecordAnswer

    /// Finds the record.
    init(_ name: RecordName, in options: AuditLogOptions, _ directory: DirectoryOptions) throws {
        let logs = try options.open(directory)
        let found = try logs.brokers.first { try logs.reader(of: $0).description.id == name.log }
        self.name = "\(name.log)/\(name.index)"
        guard let found else {
            throw CommandFailure(
                message: "there is no log of a broker with the id \(name.log) in \(logs.folder)",
                remedy: logs.brokers.isEmpty
                    ? "name the folder with --audit DIR"
                    : "changes of the directory are shown by \"chancery audit query\"")
        }
        log = found
        guard let record = try logs.reader(of: found).line(at: name.index)?.record else {
            throw CommandFailure(
                message: "\(found) has no record \(name.index) that can be read",
                remedy: "see \"chancery audit query\" and \"chancery audit verify\"")
        }
        self.record = record
        row = AuditRow(record, names: logs.accountNames())
        let places = try logs.directory?.read { try $0.places(of: record) } ?? []
        answer = RecordAnswer(record, in: found, places: places)
    }

    /// Asks a service for the record.
    init(_ name: RecordName, in options: AuditLogOptions, _ service: RemoteService, at place: Place) throws {
        let logs = try RemoteLogs(service, options, at: place)
        self.name = "\(name.log)/\(name.index)"
        guard let (record, answer) = try logs.explain(name) else {
            throw CommandFailure(
                message: "the service at \(service.address.url) has no record \(self.name) of a broker",
                remedy: "see \"chancery audit query\" and \"chancery audit verify\"")
        }
        (self.record, self.answer, log) = (record, answer, answer.log)
        row = AuditRow(record, names: logs.accountNames)
    }

    private var isAllowed: Bool { record.outcome == .allowed || record.outcome == .changed }

    private var explanation: String? {
        record.reason.flatMap(Refusal.init)?.explanation
    }

    /// Ends with 1 for what was refused, as explaining a question does.
    func show(asJSON: Bool) throws {
        if asJSON {
            try JSONOutput.line(answer)
        } else {
            Console.data(Console.printable(SecretText.hidden(in: text)))
        }
        if !isAllowed { throw ExitCode(1) }
    }

    private var text: String {
        var lines = ["\(row.operation) \(row.what)"]
        if !row.who.isEmpty { lines.append("  by \(row.who)\(record.who?.role.map { ", role \($0)" } ?? "")") }
        lines.append("  record \(name) of \(log), \(record.time)")
        if let reason = record.reason { lines.append("  \(reason)\(explanation.map { ": \($0)" } ?? "")") }
        if let rule = record.rule { lines.append("  " + Self.words(for: rule)) }
        if let claims = record.claims { lines.append("  in the claims of version \(claims)") }
        lines += answer.places.map { "  \($0)" }
        if record.rule?.claim != nil, answer.places.isEmpty {
            lines.append("  no policy file that was applied here says so")
        }
        return lines.joined(separator: "\n")
    }

    private static func words(for rule: DecisionRecord.RuleText) -> String {
        let place = rule.claim.map { " at \($0)" } ?? ""
        guard let text = rule.text else { return rule.claim.map { "no entry of \($0) fits" } ?? "no list restricts it" }
        switch rule.effect {
        case "deny": return "denied by \"\(text.text)\"\(place)"
        case "allow": return "allowed by \"\(text.text)\"\(place)"
        default: return "decided by \"\(text.text)\"\(place)"
        }
    }
}
