import Audit

/// A record as people see it: one row of a table, or one line.
struct AuditRow {
    /// `log/index`, by which records are named.
    let record: String
    /// As the record has it.
    let time: String
    let who: String
    let operation: String
    let what: String
    let reason: String

    /// People read seconds; the record has the rest.
    var shownTime: String { time.prefix(19) + "Z" }

    init(_ record: AuditRecord) {
        self.record = "\(record.log)/\(record.index)"
        time = record.time
        who = "\(record.actor.kind.rawValue):\(record.actor.id)"
        operation = record.operation.rawValue
        what = record.object.map { $0.name ?? $0.id } ?? ""
        reason = record.reason ?? ""
    }

    /// - Parameter names: what accounts are called, by their keys.
    init(_ record: DecisionRecord, names: [String: String]) {
        self.record = "\(record.log)/\(record.index)"
        time = record.time
        let account = record.who?.account.map { names[$0] ?? $0 }
        who = [record.who?.name ?? record.who?.user, account].compactMap(\.self).joined(separator: " of ")
        operation = record.operation?.rawValue ?? "\(record.kind.rawValue) \(record.outcome.rawValue)"
        what = Self.what(record)
        reason = record.reason ?? ""
    }

    private static func what(_ record: DecisionRecord) -> String {
        if let gap = record.gap { return Self.text(gap) }
        if let object = record.object { return object.id }
        var text = record.subject.map(Self.text) ?? ""
        if let queue = record.queue { text += " queue \(Self.text(queue))" }
        if let repeats = record.repeats {
            let count = text.isEmpty ? "\(repeats.count) on \(repeats.distinct ?? 1) subjects" : "\(repeats.count) more"
            text += text.isEmpty ? count : " (\(count))"
        }
        guard let connection = record.connection else { return text }
        let place = "connection \(connection.id)" + (connection.address.map { " from \($0)" } ?? "")
        return text.isEmpty ? place : "\(text), \(place)"
    }

    private static func text(_ subject: AuditSubject) -> String {
        subject.text + (subject.size == nil ? "" : "\u{2026}")
    }

    private static func text(_ gap: AuditGap) -> String {
        switch gap.cause {
        case .clock: return "the clock went from \(gap.from) to \(gap.to)"
        case .crash: return "the broker ended without closing the log: at most \(gap.atMost ?? 0) events are missing"
        case .flood, .disk:
            let lost = (gap.lost ?? [:]).sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            return "not recorded: " + lost.joined(separator: ", ")
        }
    }

    /// `2026-11-26T12:00:00Z LOG/7 publish denied a.b by alice of A: not_allowed_by_any_rule`
    var line: String {
        let parts = [shownTime, record, operation, what, who.isEmpty ? "" : "by \(who)"].filter { !$0.isEmpty }
        return parts.joined(separator: " ") + (reason.isEmpty ? "" : ": \(reason)")
    }
}
