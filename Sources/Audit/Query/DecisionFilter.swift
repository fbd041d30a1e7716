/// Which records of a broker's log somebody wants to see. What is nil does not matter.
public struct DecisionFilter: Sendable, Hashable {
    public var kind: AuditKind?
    public var outcome: AuditOutcome?
    /// An account's key or name.
    public var account: String?
    /// A user's key or name.
    public var user: String?
    /// Exactly this subject, also among the samples of many.
    public var subject: String?
    /// A code of ``AuditReason``.
    public var reason: String?
    /// The server's number for a connection.
    public var connection: Int64?
    /// Records of this Unix second and later, and before that one.
    public var since: Int64?
    public var until: Int64?

    public init() {}

    /// Whether it lets everything through.
    public var isEmpty: Bool { self == DecisionFilter() }

    public func includes(_ record: DecisionRecord) -> Bool {
        if let kind, record.kind != kind { return false }
        if let outcome, record.outcome != outcome { return false }
        if let account, record.who?.account != account { return false }
        if let user, record.who?.user != user, record.who?.name != user { return false }
        if let reason, record.reason != reason { return false }
        if let connection, record.connection?.id != connection { return false }
        if let subject, !has(subject, record) { return false }
        // Texts of one form sort as the times they show.
        if let since, record.time < AuditMoment.secondText(since) { return false }
        if let until, record.time >= AuditMoment.secondText(until) { return false }
        return true
    }

    private func has(_ subject: String, _ record: DecisionRecord) -> Bool {
        let bytes = Array(subject.utf8)
        return [record.subject, record.typed].contains { $0?.isSame(as: bytes) == true }
            || record.repeats?.samples.contains { $0.text == subject } == true
    }

    /// What every record has that is let through, as far as indexes know of it.
    var words: [RecordWord] {
        var words: [RecordWord] = []
        func add(_ field: RecordWord.Field, _ text: String?) {
            if let text { words.append(RecordWord(field: field, text: text)) }
        }
        add(.kind, kind?.rawValue)
        add(.outcome, outcome?.rawValue)
        add(.reason, reason)
        add(.account, account)
        add(.connection, connection.map(String.init))
        return words
    }
}
