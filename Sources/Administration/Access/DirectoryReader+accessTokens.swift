import Claims
import GRDB
public import NKeys
import Secrets

extension DirectoryReader {
    /// Access to the service that was given, by id: at most `limit` after the id `after`. Sessions are not among them.
    public func accessTokens(after id: String = "", limit: Int) throws -> [AccessToken] {
        try AccessToken.fetch(
            database, "WHERE kind <> 'session' AND id > ? ORDER BY id LIMIT ?", [id, max(0, limit)])
    }

    /// The access of that id.
    ///
    /// - Throws: ``AdministrationError`` of code `notFound`.
    public func accessToken(_ id: String) throws -> AccessToken {
        guard let token = try findAccessToken(id) else {
            throw AdministrationError(.notFound, "there is no such token")
        }
        return token
    }

    /// The access of that id, or nil.
    public func findAccessToken(_ id: String) throws -> AccessToken? {
        try memo.accessTokens.entry(.init(id), database) {
            try AccessToken.fetch(database, "WHERE id = ?", [id]).first
        }
    }

    /// The access that a text of a bearer gives, whether it still counts or not; nil if its secret is a wrong one.
    public func accessToken(of bearer: BearerText) throws -> AccessToken? {
        let row = try AccessToken.rows(database, "WHERE id = ?", [bearer.id]).first
        // What is compared is a hash in either case, so that the time tells nothing.
        let known = row?.bytes("hash") ?? [UInt8](repeating: 0, count: 32)
        guard constantTimeEquals(known, bearer.hash), let row else { return nil }
        return try AccessToken(row)
    }

    /// What access the holder of a key was given, the first one first. It may be by several who know nothing of each other.
    public func accessTokens(ofKey key: PublicKey) throws -> [AccessToken] {
        try AccessToken.fetch(
            database, "WHERE kind = 'nkey' AND public_key = ? AND revoked_at IS NULL ORDER BY created_at, rowid",
            [key.text])
    }

    /// What access the holder of a certificate was given, the first one first.
    ///
    /// - Parameter fingerprint: the SHA-256 of its DER form in hexadecimal digits.
    public func accessTokens(ofCertificate fingerprint: String) throws -> [AccessToken] {
        try AccessToken.fetch(
            database, "WHERE fingerprint = ? AND revoked_at IS NULL ORDER BY created_at, rowid", [fingerprint])
    }

    /// Everything that was given away with an access, and with what was given away with that, and so on; what counts no more
    /// is among it.
    func accessGiven(by id: String) throws -> [AccessToken] {
        try AccessToken.fetch(database, "WHERE id IN (\(Self.given)) ORDER BY id", [id])
    }

    /// How many of those count at a time, sessions left out.
    func countAccessGiven(by id: String, at now: Int64) throws -> Int {
        let sql = """
            SELECT count(*) AS number FROM access_tokens WHERE id IN (\(Self.given)) AND kind <> 'session'
                AND revoked_at IS NULL AND (expires IS NULL OR expires >= ?)
            """
        return Int(try database.integer(sql, [id, now]) ?? 0)
    }

    /// Ids of what was given away with an access. Nobody's own id is among them: nothing is made with what is not there yet.
    private static let given = """
        WITH RECURSIVE given (id) AS (
            SELECT id FROM access_tokens
            WHERE substr(created_by, instr(created_by, ':') + 1) = ? AND created_by NOT LIKE 'local:%'
            UNION
            SELECT token.id FROM given JOIN access_tokens AS token
                ON substr(token.created_by, instr(token.created_by, ':') + 1) = +given.id
            WHERE token.created_by NOT LIKE 'local:%'
        )
        SELECT id FROM given
        """

    /// Whether anybody ever got access to the service.
    public func hasAccessTokens() throws -> Bool { try database.finds("SELECT 1 FROM access_tokens LIMIT 1") }
}

extension AccessToken {
    fileprivate static func fetch(
        _ database: Database, _ clause: String, _ arguments: StatementValues
    ) throws -> [AccessToken] {
        try rows(database, clause, arguments).map { try AccessToken($0) }
    }

    fileprivate static func rows(
        _ database: Database, _ clause: String, _ arguments: StatementValues
    ) throws -> [StoredRow] {
        let sql = """
            SELECT id, name, kind, hash, public_key, fingerprint, grants, created_at, created_by, expires, revoked_at
            FROM access_tokens \(clause)
            """
        return try database.rows(sql, arguments)
    }

    fileprivate init(_ row: StoredRow) throws {
        self.init(
            id: try row.text("id").orDamaged(), name: try row.text("name").orDamaged(),
            kind: try row.text("kind").flatMap(Kind.init(rawValue:)).orDamaged(),
            publicKey: row.text("public_key").flatMap { EntityReference($0).publicKey },
            fingerprint: row.text("fingerprint"),
            grants: try KnownGrants.grants(of: row.text("grants").orDamaged()),
            createdAt: try row.integer("created_at").orDamaged(),
            createdBy: try row.text("created_by").orDamaged(), expires: row.integer("expires"),
            revokedAt: row.integer("revoked_at"))
    }
}
