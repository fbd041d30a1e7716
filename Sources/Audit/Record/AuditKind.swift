/// What a record is about. The list is closed: a new kind is a new schema.
public enum AuditKind: String, Sendable, Hashable, CaseIterable, Codable {
    case admin, connect, disconnect, publish, subscribe, deliver, `import`, respond, settings, lock, distribute, gap
    case clock, key
}

/// How it ended.
public enum AuditOutcome: String, Sendable, Hashable, CaseIterable, Codable {
    case allowed, denied, error, changed, cut, exhausted
}

/// How the record's writer knows.
public enum AuditEvidence: String, Sendable, Hashable, CaseIterable, Codable {
    /// The writer made the decision itself.
    case decided
    /// The writer saw it happen.
    case observed
    /// The writer concludes it from what it saw.
    case inferred
}
