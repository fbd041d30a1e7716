public import Audit
import Foundation
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
    /// The keys that were called by that name, once the log was asked.
    private var userKeys: Set<String> = []
    /// Records of this Unix second and later; nil for all.
    public var since: Int64?
    /// Records before this Unix second; nil for all.
    public var until: Int64?
    /// Only records with a lower index; nil for all.
    public var before: Int64?
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

    /// Whether a record matches.
    ///
    /// - Parameter bytes: of the record: a revocation of a user is a change of its account.
    public func includes(_ record: AuditRecord, _ bytes: [UInt8] = []) -> Bool {
        if let object, record.object?.id != object, record.object?.name?.isExactly(object) != true { return false }
        if let operation, !Self.matches(record.operation, operation) { return false }
        if let kind, record.kind != kind { return false }
        if let outcome, record.outcome != outcome { return false }
        if let owner, !record.belongs(to: owner) { return false }
        if let account, !Self.isAbout(account, accountKey, record.object) { return false }
        if let user, record.object?.type != "user" || !Self.isNamed(user, record.object), !revokesUser(record, bytes) {
            return false
        }
        if let until, record.time >= AuditMoment.secondText(until) { return false }
        // Texts of one form sort as the times they show.
        if let since, record.time < AuditMoment.secondText(since) { return false }
        return true
    }

    private func revokesUser(_ record: AuditRecord, _ bytes: [UInt8]) -> Bool {
        guard record.object?.type == "account", !userKeys.isEmpty else { return false }
        let text = String(decoding: bytes, as: UTF8.self)
        // The first one of an account adds the list.
        let isFirst = text.contains("\"/nats/revocations\"")
        return userKeys.contains {
            text.contains("\"/nats/revocations/\($0)\"") || isFirst && text.contains("\"\($0)\":")
        }
    }

    /// The query with the keys that were ever called what it asks for.
    fileprivate func knowingUsers(_ reader: DirectoryReader) throws -> AuditQuery {
        guard let user else { return self }
        var (query, name) = (self, [UInt8]())
        name.appendRecordString(user)
        if EntityReference(user).publicKey != nil { query.userKeys.insert(user) }
        let rows = try Row.fetchCursor(
            reader.database, sql: "SELECT record FROM audit_records WHERE instr(record, ?) > 0",
            arguments: [Data(Array("\"name\":".utf8) + name)])
        while let row = try rows.next() {
            guard let bytes = row.bytes("record"), let object = (try? AuditRecord(bytes: bytes))?.object,
                object.type == "user", object.name?.isExactly(user) == true
            else { continue }
            query.userKeys.insert(object.id)
        }
        return query
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
            let query = try query.knowingUsers(reader)
            var answer = AuditAnswer()
            let rows = try Row.fetchCursor(
                reader.database, sql: "SELECT i, record FROM audit_records WHERE i < ? ORDER BY i DESC",
                arguments: [query.before ?? .max])
            while let row = try rows.next() {
                let bytes = row.bytes("record") ?? []
                guard let record = try? AuditRecord(bytes: bytes) else {
                    answer.unreadable.append(row.integer("i") ?? -1)
                    continue
                }
                guard query.includes(record, bytes) else { continue }
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
