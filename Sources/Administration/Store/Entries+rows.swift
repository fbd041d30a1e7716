import GRDB
import NKeys

// How rows become entries. Keys were valid when they were stored, so a row that is not means a damaged database.

extension OperatorEntry {
    static func fetch(
        _ database: Database, _ clause: String, _ arguments: StatementValues = []
    ) throws -> [OperatorEntry] {
        let sql =
            "SELECT operators.public_key, operators.name, tokens.text, operators.managed FROM operators "
            + "JOIN tokens ON tokens.id = operators.token \(clause)"
        return try database.rows(sql, arguments).map { row in
            OperatorEntry(
                publicKey: try storedKey(row, "public_key"), name: try row.text("name").orDamaged(),
                token: try row.text("text").orDamaged(), isManaged: row.integer("managed") == 1)
        }
    }
}

extension AccountEntry {
    static func fetch(
        _ database: Database, _ clause: String, _ arguments: StatementValues = []
    ) throws -> [AccountEntry] {
        let sql =
            "SELECT accounts.public_key, accounts.operator, accounts.name, tokens.text FROM accounts "
            + "JOIN tokens ON tokens.id = accounts.token \(clause)"
        return try database.rows(sql, arguments).map { row in
            AccountEntry(
                publicKey: try storedKey(row, "public_key"), operator: try storedKey(row, "operator"),
                name: try row.text("name").orDamaged(), token: try row.text("text").orDamaged())
        }
    }
}

extension UserEntry {
    static func fetch(
        _ database: Database, _ clause: String, _ arguments: StatementValues = []
    ) throws -> [UserEntry] {
        let sql =
            "SELECT users.public_key, users.account, users.name, tokens.text FROM users "
            + "JOIN tokens ON tokens.id = users.token \(clause)"
        return try database.rows(sql, arguments).map { row in
            UserEntry(
                publicKey: try storedKey(row, "public_key"), account: try storedKey(row, "account"),
                name: try row.text("name").orDamaged(), token: try row.text("text").orDamaged())
        }
    }
}

extension KeyEntry {
    static func fetch(
        _ database: Database, _ clause: String, _ arguments: StatementValues = []
    ) throws -> [KeyEntry] {
        let sql =
            "SELECT keys.public_key, keys.purpose, keys.role, keys.owner, seeds.public_key IS NOT NULL AS kept FROM keys "
            + "LEFT JOIN seeds ON seeds.public_key = keys.public_key \(clause)"
        return try database.rows(sql, arguments).map { row in
            KeyEntry(
                publicKey: try storedKey(row, "public_key"),
                purpose: row.text("purpose").flatMap(Purpose.init) ?? .stored, role: row.text("role"),
                owner: row.text("owner"), hasSeed: row.integer("kept") == 1)
        }
    }
}

private func storedKey(_ row: StoredRow, _ column: String) throws(AdministrationError) -> PublicKey {
    let text = try row.text(column).orDamaged()
    guard let key = try? PublicKey(text) else { throw AdministrationError.damagedRow }
    return key
}
