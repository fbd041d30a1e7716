/// Something that is not as a log's checkpoints say it must be.
public struct LogProblem: Sendable, Hashable {
    /// The index of the record it is about; nil if it is about none.
    public let record: Int64?
    /// What is wrong, in one sentence without a full stop.
    public let message: String
}

/// What the verification of a broker's log found.
public struct LogFindings: Sendable {
    /// The log's name and id, as its `log.json` says.
    public internal(set) var name = ""
    public internal(set) var id = ""
    /// The key that the log begins with, as text for a verifier.
    public internal(set) var key = ""
    public internal(set) var root: TreeHash = .empty
    public internal(set) var records: Int64 = 0
    /// The number of records under the last checkpoint that is in order: these are verified. Later ones are not yet anchored.
    public internal(set) var verified: Int64 = 0
    /// Events that the records account for, and those that they say were lost.
    public internal(set) var accounted: Int64 = 0
    public internal(set) var lost: Int64 = 0
    /// Whether a broker writes to it, or ended without closing it.
    public internal(set) var isOpen = false
    /// What other logs are said to have been.
    public internal(set) var mentions: [Checkpoint.Mention] = []
    /// Everything that is wrong; empty if all is well.
    public internal(set) var problems: [LogProblem] = []

    /// The name that a log's checkpoints bear.
    public var origin: String { "chancery/\(name)/\(id)" }

    mutating func add(_ message: String, record: Int64? = nil) {
        guard problems.count < Self.mostProblems else { return }
        problems.append(LogProblem(record: record, message: message))
    }

    /// Whoever alters a whole log need not be told of every record.
    private static let mostProblems = 1_000
}
