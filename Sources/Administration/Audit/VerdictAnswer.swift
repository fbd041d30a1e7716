public import Audit

/// What the check of one log came to, as machines read it.
public struct VerdictAnswer: Codable, Sendable {
    public struct Problem: Codable, Sendable {
        public let record: Int64?
        public let message: String
    }

    public private(set) var name: String?
    public private(set) var log: String?
    public private(set) var key: String?
    public private(set) var root: String?
    public let records: Int64
    public let verified: Int64
    /// Records that no checkpoint covers yet.
    public private(set) var unanchored: Int64?
    /// Events that the records account for, and those that they say were lost.
    public private(set) var events: Int64?
    public private(set) var lost: Int64?
    public private(set) var open: Bool?
    public private(set) var omissions: [String]?
    public let problems: [Problem]

    public init(_ findings: AuditFindings) {
        (log, key, root) = (findings.log?.text, findings.key, findings.root)
        (records, verified, omissions) = (findings.records, findings.verified, findings.omissions)
        problems = findings.problems.map { Problem(record: $0.record, message: $0.message) }
    }

    /// - Parameter folder: the name of the log's folder.
    public init(_ findings: LogFindings, folder: String) {
        (name, log, key, root) = (folder, findings.id, findings.key, findings.root.description)
        (records, verified) = (findings.records, findings.verified)
        unanchored = findings.records - findings.verified
        (events, lost, open) = (findings.accounted, findings.lost, findings.isOpen)
        problems = findings.problems.map { Problem(record: $0.record, message: $0.message) }
    }
}
