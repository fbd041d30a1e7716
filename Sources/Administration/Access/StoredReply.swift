import FoundationEssentials
import GRDB

/// What was answered to a change that came with an idempotency key, without secrets.
public struct StoredReply: Sendable, Hashable {
    /// How long an answer is kept, in seconds.
    public static let lifetime: Int64 = 86_400

    /// Whose key it is: the id of a token.
    public var owner: String
    /// The idempotency key.
    public var key: String
    /// The SHA-256 of the request.
    public var fingerprint: [UInt8]
    /// The HTTP status.
    public var status: Int
    /// The body as JSON.
    public var body: String
    /// The entity tag, if there was one.
    public var tag: String?
    /// The path of what was made, if something was.
    public var location: String?
    /// The keys of the accounts that servers were to hear of.
    public var accounts: [String]
    /// Whether the answer had a secret in it, which is not given again.
    public var hadSecret: Bool

    public init(
        owner: String, key: String, fingerprint: [UInt8], status: Int, body: String, tag: String?, location: String?,
        accounts: [String], hadSecret: Bool
    ) {
        (self.owner, self.key, self.fingerprint, self.status) = (owner, key, fingerprint, status)
        (self.body, self.tag, self.location) = (body, tag, location)
        (self.accounts, self.hadSecret) = (accounts, hadSecret)
    }
}

extension Change {
    /// The answer that was given to a key before, within the last day; nil if there was none.
    public func storedReply(owner: String, key: String) throws -> StoredReply? {
        let sql = "SELECT * FROM access_replies WHERE owner = ? AND key = ? AND created_at > ?"
        guard let row = try database.row(sql, [owner, key, now - StoredReply.lifetime]) else { return nil }
        return StoredReply(
            owner: owner, key: key, fingerprint: try row.bytes("fingerprint").orDamaged(),
            status: Int(try row.integer("status").orDamaged()), body: try row.text("body").orDamaged(),
            tag: row.text("tag"), location: row.text("location"),
            accounts: try row.text("accounts").orDamaged().split(separator: " ").map(String.init),
            hadSecret: row.integer("had_secret") == 1)
    }

    /// Keeps an answer for a day, as part of the change that it is about.
    public func store(_ reply: StoredReply) throws {
        try database.run(
            sql: "DELETE FROM access_replies WHERE created_at <= ?", arguments: [now - StoredReply.lifetime])
        try database.run(
            sql: """
                INSERT INTO access_replies (
                    owner, key, fingerprint, status, body, tag, location, accounts, had_secret, created_at
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                reply.owner, reply.key, Data(reply.fingerprint), reply.status, reply.body, reply.tag, reply.location,
                reply.accounts.joined(separator: " "), reply.hadSecret ? 1 : 0, now,
            ])
    }
}
