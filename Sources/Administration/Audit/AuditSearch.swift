import Audit
import FoundationEssentials
import GRDB
import NKeys

extension Directory {
    /// The records that match, oldest first. They are shown as they are stored: whether they are genuine is for
    /// ``verifyAudit(key:)`` to say.
    public func audit(_ query: AuditQuery) throws -> AuditAnswer {
        try read { reader in
            var search = AuditSearch(query, reader)
            let rows = try search.rows()
            while let row = try rows.next(), try search.add(row) {}
            search.answer.entries.reverse()
            return search.answer
        }
    }
}

/// The way through the log from its end back, as far as a query goes.
private struct AuditSearch {
    private let query: AuditQuery
    private let reader: DirectoryReader
    private var revoked: RevokedUser?
    private var looked = 0
    /// The index of the last one that is done.
    private var last: Int64?
    /// The records, the latest first.
    var answer = AuditAnswer()

    init(_ query: AuditQuery, _ reader: DirectoryReader) {
        (self.query, self.reader) = (query, reader)
        revoked = query.user.map { RevokedUser($0) }
    }

    /// The records to look at, without the bytes of those that cannot match. Where all are looked at, whatever cannot be read is
    /// to be told of, and is among them.
    func rows() throws -> RowCursor {
        let words = query.most == nil ? [] : query.words
        let conditions = ["1"] + words.map { _ in "instr(record, ?) > 0" }
        // Those of an account are found without the others.
        let owner = query.owner == nil ? "" : "owner = ? AND "
        var arguments = StatementArguments(words.map { Data($0) })
        if let key = query.owner { arguments += [key.text] }
        return try Row.fetchCursor(
            reader.database,
            sql: """
                SELECT i, CASE WHEN \(conditions.joined(separator: " AND ")) THEN record END AS record
                FROM audit_records WHERE \(owner)i < ? ORDER BY i DESC
                """, arguments: arguments + [query.before ?? .max])
    }

    /// Looks at the next record.
    ///
    /// - Returns: false where the answer is complete without it; the answer says then where to go on.
    mutating func add(_ row: Row) throws -> Bool {
        if let most = query.most, looked >= most { return isComplete() }
        looked += 1
        let index = row.integer("i") ?? -1
        if let bytes = row.bytes("record") {
            if let record = try? AuditRecord(bytes: bytes) {
                if try includes(record, bytes) {
                    if let limit = query.limit, answer.entries.count >= limit { return isComplete() }
                    answer.entries.append(AuditEntry(record: record, bytes: bytes))
                }
            } else {
                answer.unreadable.append(index)
            }
        }
        last = index
        return true
    }

    private mutating func isComplete() -> Bool {
        answer.next = last
        return false
    }

    private mutating func includes(_ record: AuditRecord, _ bytes: [UInt8]) throws -> Bool {
        let query = query
        return try query.includes(record) {
            // To find out what a key was called is as much as to look at a record.
            try revoked?.isRevoked(by: bytes, reader, &looked) ?? false
        }
    }
}

/// A user whose revocations are looked for, which are changes of its account.
private struct RevokedUser {
    /// The name or the key.
    private let user: String
    /// Whether keys were ever called so.
    private var known: [String: Bool] = [:]

    init(_ user: String) {
        self.user = user
    }

    /// Whether a record revokes the user.
    ///
    /// - Parameter looked: counts the tokens that are read for it.
    mutating func isRevoked(by record: [UInt8], _ reader: DirectoryReader, _ looked: inout Int) throws -> Bool {
        for key in Self.revocations(in: record) where try isMeant(key, reader, &looked) { return true }
        return false
    }

    private mutating func isMeant(_ key: String, _ reader: DirectoryReader, _ looked: inout Int) throws -> Bool {
        if let isKnown = known[key] { return isKnown }
        var isMeant = key == user
        let rows = try Row.fetchCursor(
            reader.database, sql: "SELECT text FROM tokens WHERE subject = ? AND kind = 'user'", arguments: [key])
        while !isMeant, let row = try rows.next() {
            looked += 1
            let name = row.text("text").flatMap(StoredToken.name)
            // As records have it.
            isMeant = AuditRecord.Object(type: "user", id: key, name: name).name?.isExactly(user) == true
        }
        known[key] = isMeant
        return isMeant
    }

    /// The keys of users in the revocations that a record's patch has: each as the end of a path, or as a member of the first
    /// ones of an account.
    private static func revocations(in record: [UInt8]) -> [String] {
        let path = Array("/nats/revocations".utf8)
        let texts = record.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
        let isFirst = texts.contains { $0.elementsEqual(path) }
        return texts.indices.compactMap { index in
            let text = texts[index]
            let isMember = isFirst && index + 1 < texts.count && texts[index + 1].first == UInt8(ascii: ":")
            guard isMember || text.starts(with: path) else { return nil }
            let key = isMember ? text : text.dropFirst(path.count + 1)
            return EntityReference(String(decoding: key, as: UTF8.self)).publicKey?.text
        }
    }
}
