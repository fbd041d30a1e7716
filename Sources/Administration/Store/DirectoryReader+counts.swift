import GRDB

/// How much a directory holds.
public struct DirectoryCounts: Sendable, Hashable {
    /// Operators.
    public let operators: Int
    /// Accounts of all operators.
    public let accounts: Int
    /// Users of all accounts.
    public let users: Int
    /// Versions of tokens in the history.
    public let tokens: Int
    /// Records of the audit log.
    public let auditRecords: Int
    /// The size of the database in bytes, without what waits to be written into it.
    public let bytes: Int64
}

extension DirectoryReader {
    /// How much there is of everything.
    public func counts() throws -> DirectoryCounts {
        func count(_ table: String) throws -> Int {
            try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0
        }
        func pragma(_ name: String) throws -> Int64 { try Int64.fetchOne(database, sql: "PRAGMA \(name)") ?? 0 }
        return DirectoryCounts(
            operators: try count("operators"), accounts: try count("accounts"), users: try count("users"),
            tokens: try count("tokens"), auditRecords: try count("audit_records"),
            bytes: try pragma("page_count") &* pragma("page_size"))
    }
}
