import Audit
public import Claims
import FoundationEssentials
import GRDB
public import NKeys

/// What a server was last heard to have of an account.
public struct Delivery: Sendable, Hashable {
    /// The account's key.
    public let account: PublicKey
    /// The server's name, or its key if it has none.
    public let server: String
    /// The version of the token that it took.
    public let version: TokenVersion
    /// When that was recorded, in Unix seconds.
    public let time: Int64
}

extension DirectoryReader {
    /// What servers were last heard to have: of one account, or of all.
    public func deliveries(of account: PublicKey? = nil) throws -> [Delivery] {
        let sql = "SELECT account, server, version, recorded_at FROM deliveries"
        let clause = account == nil ? "" : " WHERE account = ?"
        return try Row.fetchAll(
            database, sql: "\(sql)\(clause) ORDER BY account, server",
            arguments: StatementArguments(account.map { [$0.text] } ?? [])
        ).map { row in
            Delivery(
                account: try EntityReference(row.text("account").orDamaged()).publicKey.orDamaged(),
                server: try row.text("server").orDamaged(),
                version: try row.bytes("version").flatMap { TokenVersion(hex: Hexadecimal.text($0)) }.orDamaged(),
                time: try row.integer("recorded_at").orDamaged())
        }
    }
}

extension Change {
    /// Notes what servers answered to a push: which version each of them has now, and a record of every answer that
    /// changes what is known, or that is no yes.
    public func noteDeliveries(_ outcomes: [PushOutcome]) throws {
        for outcome in outcomes where outcome.refusal == nil || !outcome.answers.isEmpty {
            for answer in outcome.answers { try note(answer, outcome) }
            for server in outcome.silent {
                distributions.append(distribution(of: outcome, .error, server: server, before: nil))
            }
        }
    }

    private func note(_ answer: ClaimsAnswer, _ outcome: PushOutcome) throws {
        let key: StatementValues = [outcome.publicKey.text, answer.server]
        let known = try database.row("SELECT version FROM deliveries WHERE account = ? AND server = ?", key)?.bytes(
            "version")
        guard answer.isAccepted else {
            return distributions.append(distribution(of: outcome, .denied, server: answer.server, before: known))
        }
        guard known != outcome.version?.bytes else { return }
        distributions.append(distribution(of: outcome, .changed, server: answer.server, before: known))
        guard let version = outcome.version else {
            return try database.run(
                sql: "DELETE FROM deliveries WHERE account = ? AND server = ?", arguments: key)
        }
        try database.run(
            sql: """
                INSERT INTO deliveries (account, server, version, recorded_at) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET version = excluded.version, recorded_at = excluded.recorded_at
                """,
            arguments: [outcome.publicKey.text, answer.server, Data(version.bytes), now])
    }

    private func distribution(
        of outcome: PushOutcome, _ result: AuditOutcome, server: String?, before: [UInt8]?
    ) -> AuditedDistribution {
        AuditedDistribution(
            account: AuditRecord.Object(type: "account", id: outcome.publicKey.text, name: outcome.name),
            server: server, outcome: result, before: before, after: outcome.version?.bytes)
    }
}
