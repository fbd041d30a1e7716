public import Audit
import GRDB

/// Which records of the audit log somebody wants to see.
public struct AuditQuery: Sendable, Hashable {
    /// The public key or the name of what the record is about; nil for anything.
    public var object: String?
    /// An operation such as `account.edit`, or what comes before its point; nil for any.
    public var operation: String?
    /// Records of this Unix second and later; nil for all.
    public var since: Int64?
    /// The most records, the latest ones; nil for all.
    public var limit: Int?

    public init() {}

    /// Whether there is an operation that the text can mean.
    public static func isKnown(operation: String) -> Bool {
        AuditOperation.allCases.contains { matches($0, operation) }
    }

    private static func matches(_ operation: AuditOperation, _ text: String) -> Bool {
        operation.rawValue == text || operation.rawValue.hasPrefix(text + ".")
    }

    func includes(_ record: AuditRecord) -> Bool {
        if let object, record.object?.id != object, record.object?.name?.isExactly(object) != true { return false }
        if let operation, !Self.matches(record.operation, operation) { return false }
        // Texts of one form sort as the times they show.
        if let since, record.time < AuditMoment.secondText(since) { return false }
        return true
    }
}

/// A record as it is stored.
public struct AuditEntry: Sendable, Hashable {
    /// What the record says.
    public let record: AuditRecord
    /// Its bytes, which are JSON.
    public let bytes: [UInt8]
}

/// The records that a query found.
public struct AuditAnswer: Sendable, Hashable {
    /// The records, oldest first.
    public internal(set) var entries: [AuditEntry] = []
    /// Whether there are earlier ones past the limit.
    public internal(set) var isCut = false
    /// The indexes of records that cannot be read: somebody else wrote to the database.
    public internal(set) var unreadable: [Int64] = []
}

extension Directory {
    /// The records that match, oldest first. They are shown as they are stored: whether they are genuine is for
    /// ``verifyAudit(key:)`` to say.
    public func audit(_ query: AuditQuery) throws -> AuditAnswer {
        try read { reader in
            var answer = AuditAnswer()
            let rows = try Row.fetchCursor(
                reader.database, sql: "SELECT i, record FROM audit_records ORDER BY i DESC")
            while let row = try rows.next() {
                let bytes = row.bytes("record") ?? []
                guard let record = try? AuditRecord(bytes: bytes) else {
                    answer.unreadable.append(row.integer("i") ?? -1)
                    continue
                }
                guard query.includes(record) else { continue }
                if let limit = query.limit, answer.entries.count >= limit {
                    answer.isCut = true
                    break
                }
                answer.entries.append(AuditEntry(record: record, bytes: bytes))
            }
            answer.entries.reverse()
            return answer
        }
    }
}
