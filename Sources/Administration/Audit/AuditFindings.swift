public import Audit

/// Something that is not as the audit log says it must be.
public struct AuditProblem: Sendable, Hashable {
    /// The index of the record it is about, or nil if it is about none.
    public let record: Int64?
    /// What is wrong, in one sentence without a full stop.
    public let message: String
}

/// What verification found.
public struct AuditFindings: Sendable {
    /// The log's id, or nil if there is no log yet.
    public internal(set) var log: LogID?
    /// The key that the log begins with, as text for a verifier; nil if there is no log yet.
    public internal(set) var key: String?
    /// The number of records.
    public internal(set) var records: Int64 = 0
    /// The number of records under the last checkpoint that is in order: these are verified.
    public internal(set) var verified: Int64 = 0
    /// The root of the tree, or nil if there is no log yet.
    public internal(set) var root: String?
    /// What the log's checkpoints say of other logs.
    public internal(set) var mentions: [Checkpoint.Mention] = []
    /// What could not be checked here, in whole sentences without a full stop.
    public internal(set) var omissions: [String] = []
    /// Everything that is wrong; empty if all is well.
    public internal(set) var problems: [AuditProblem] = []
}
