public import Audit
import GRDB
public import NKeys

/// Which records of the audit log somebody wants to see.
public struct AuditQuery: Sendable, Hashable {
    /// The public key or the name of what the record is about; nil for anything.
    public var object: String?
    /// An operation such as `account.edit`, or what comes before its point; nil for any.
    public var operation: String?
    public var kind: AuditKind?
    public var outcome: AuditOutcome?
    /// The name of an account, and its key where that is known: records about it or something in it; nil for any.
    public var account: String?
    public var accountKey: String?
    /// Only what belongs to this account: see ``AuditRecord/belongs(to:)``; nil for everything.
    public var owner: PublicKey?
    /// The public key or the name of a user that the record is about, or that it revokes; nil for any.
    public var user: String?
    /// Records of this Unix second and later; nil for all.
    public var since: Int64?
    /// Records before this Unix second; nil for all.
    public var until: Int64?
    /// Only records with a lower index; nil for all.
    public var before: Int64?
    /// The most records, the latest ones; nil for all.
    public var limit: Int?
    /// The most records that are looked at; nil for all.
    public var most: Int?

    public init() {}

    /// Whether there is an operation that the text can mean.
    public static func isKnown(operation: String) -> Bool {
        AuditOperation.allCases.contains { matches($0, operation) }
    }

    private static func matches(_ operation: AuditOperation, _ text: String) -> Bool {
        operation.rawValue == text || operation.rawValue.hasPrefix(text + ".")
    }

    /// Whether a record matches. That a change of an account revokes a user is for ``Directory/audit(_:)`` to find.
    public func includes(_ record: AuditRecord) -> Bool { includes(record) { false } }

    /// - Parameter revokesUser: whether the record, which is about an account, revokes the user that is asked for.
    func includes(_ record: AuditRecord, revokesUser: () throws -> Bool) rethrows -> Bool {
        if let object, record.object?.id != object, record.object?.name?.isExactly(object) != true { return false }
        if let operation, !Self.matches(record.operation, operation) { return false }
        if let kind, record.kind != kind { return false }
        if let outcome, record.outcome != outcome { return false }
        if let owner, !record.belongs(to: owner) { return false }
        if let account, !Self.isAbout(account, accountKey, record.object) { return false }
        if let until, record.time >= AuditMoment.secondText(until) { return false }
        // Texts of one form sort as the times they show.
        if let since, record.time < AuditMoment.secondText(since) { return false }
        guard let user else { return true }
        if record.object?.type == "user", Self.isNamed(user, record.object) { return true }
        return try record.object?.type == "account" && revokesUser()
    }

    /// What every record that matches has among its bytes.
    var words: [[UInt8]] {
        func word(_ beginning: String, _ text: String, isWhole: Bool = true) -> [UInt8] {
            var bytes = Array(beginning.utf8)
            bytes.appendRecordString(text)
            return isWhole ? bytes : bytes.dropLast()
        }
        return [
            object.map { word("", $0) }, operation.map { word("\"op\":", $0, isWhole: false) },
            kind.map { word("\"kind\":", $0.rawValue) }, outcome.map { word("\"outcome\":", $0.rawValue) },
            owner.map { word("", $0.text) },
        ].compactMap(\.self)
    }

    private static func isNamed(_ text: String, _ object: AuditRecord.Object?) -> Bool {
        object?.id == text || object?.name?.isExactly(text) == true
    }

    private static func isAbout(_ account: String, _ key: String?, _ object: AuditRecord.Object?) -> Bool {
        if object?.type == "account", isNamed(account, object) { return true }
        return object?.scope == account || (key != nil && (object?.scope == key || object?.id == key))
    }
}

extension AuditRecord {
    /// Whether the record is about the account itself or something in it, so that whoever administers the account may read it.
    /// An activation belongs to the account that issues it: the other one hears of it when it is given to him.
    public func belongs(to account: PublicKey) -> Bool {
        guard let object else { return false }
        return object.scope == account.text || object.type == "account" && object.id == account.text
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
    /// There may be more before this index; nil where there are none.
    public internal(set) var next: Int64?
    /// The indexes of records that cannot be read: somebody else wrote to the database.
    public internal(set) var unreadable: [Int64] = []

    /// Whether there may be earlier ones.
    public var isCut: Bool { next != nil }
}

extension Directory {
    /// The number of records that the log has.
    public func auditSize() throws -> Int64 {
        try read { reader in
            try Row.fetchOne(reader.database, sql: "SELECT count(*) AS size FROM audit_records")?.integer("size") ?? 0
        }
    }

    /// The index of the last record; -1 where there is none.
    public func latestAuditIndex() throws -> Int64 {
        try read { reader in
            try Row.fetchOne(reader.database, sql: "SELECT max(i) AS last FROM audit_records")?.integer("last") ?? -1
        }
    }

    /// The records from an index on that match, oldest first.
    ///
    /// - Parameter next: moved behind the last that was looked at.
    public func audit(_ query: AuditQuery, from next: inout Int64) throws -> [AuditEntry] {
        let start = next
        let (entries, end) = try read { reader in
            var (entries, end): ([AuditEntry], Int64) = ([], start)
            let rows = try Row.fetchCursor(
                reader.database, sql: "SELECT i, record FROM audit_records WHERE i >= ? ORDER BY i", arguments: [start])
            while let row = try rows.next() {
                end = (row.integer("i") ?? end) + 1
                guard let bytes = row.bytes("record"), let record = try? AuditRecord(bytes: bytes),
                    query.includes(record)
                else { continue }
                entries.append(AuditEntry(record: record, bytes: bytes))
            }
            return (entries, end)
        }
        next = end
        return entries
    }
}

extension Directory {
    /// The records from an index on, in their order, up to the first that cannot be read.
    public func audit(from index: Int64, limit: Int) throws -> [AuditEntry] {
        try read { reader in
            let sql = "SELECT record FROM audit_records WHERE i >= ? ORDER BY i LIMIT ?"
            var entries: [AuditEntry] = []
            for row in try Row.fetchAll(reader.database, sql: sql, arguments: [index, limit]) {
                let bytes = row.bytes("record") ?? []
                guard let record = try? AuditRecord(bytes: bytes) else { break }
                entries.append(AuditEntry(record: record, bytes: bytes))
            }
            return entries
        }
    }
}
