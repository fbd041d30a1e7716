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
    private struct Answer: Encodable {
        let record: String
        let log: String
        let time: String
        let allowed: Bool
        let kind: String
        let outcome: String
        let subject: String?
        let user: String?
        let account: String?
        let role: String?
        let reason: String?
        let explanation: String?
        let effect: String?
        let rule: String?
        let claim: String?
        let claims: String?
        let places: [String]
    }

    private let name: String
    private let log: String
    private let record: DecisionRecord
    private let row: AuditRow
    private let places: [PolicyPosition]

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
        places = try Self.places(of: record, logs.directory)
    }

    /// Where the rule stands in policy files; none where no file says it.
    private static func places(of record: DecisionRecord, _ directory: Directory?) throws -> [PolicyPosition] {
        guard let directory, let claim = record.rule?.claim, let hex = record.claims,
            let version = TokenVersion(hex: hex),
            let time = try? PointInTime.parse((record.repeats?.last ?? record.time).prefix(19) + "Z", now: 0)
        else { return [] }
        return try directory.read { reader in
            let exact = try reader.policySources(of: version, at: claim, asOf: time)
            if !exact.isEmpty { return exact }
            // No entry of a list decided: then all of them are its place.
            var all: [PolicyPosition] = []
            for entry in 0... {
                let places = try reader.policySources(of: version, at: "\(claim)/\(entry)", asOf: time)
                guard !places.isEmpty else { break }
                all += places
            }
            return Array(Set(all)).sorted()
        }
    }

    private var isAllowed: Bool { record.outcome == .allowed || record.outcome == .changed }

    private var explanation: String? {
        record.reason.flatMap(Refusal.init)?.explanation
    }

    /// Ends with 1 for what was refused, as explaining a question does.
    func show(asJSON: Bool) throws {
        if asJSON { try showJSON() } else { Console.data(Console.printable(SecretText.hidden(in: text))) }
        if !isAllowed { throw ExitCode(1) }
    }

    private func showJSON() throws {
        try JSONOutput.line(
            Answer(
                record: name, log: log, time: record.time, allowed: isAllowed, kind: record.kind.rawValue,
                outcome: record.outcome.rawValue, subject: record.subject?.text,
                user: record.who?.name ?? record.who?.user, account: record.who?.account, role: record.who?.role,
                reason: record.reason, explanation: explanation, effect: record.rule?.effect,
                rule: record.rule?.text?.text, claim: record.rule?.claim, claims: record.claims,
                places: places.map(\.description)))
    }

    private var text: String {
        var lines = ["\(row.operation) \(row.what)"]
        if !row.who.isEmpty { lines.append("  by \(row.who)\(record.who?.role.map { ", role \($0)" } ?? "")") }
        lines.append("  record \(name) of \(log), \(record.time)")
        if let reason = record.reason { lines.append("  \(reason)\(explanation.map { ": \($0)" } ?? "")") }
        if let rule = record.rule { lines.append("  " + Self.words(for: rule)) }
        if let claims = record.claims { lines.append("  in the claims of version \(claims)") }
        lines += places.map { "  \($0)" }
        if record.rule?.claim != nil, places.isEmpty {
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
