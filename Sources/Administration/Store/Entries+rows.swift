import GRDB
import NKeys

// How rows become entries. Keys were valid when they were stored, so a row that is not means a damaged database.

extension OperatorEntry {
    static func fetch(
        _ database: Database, _ clause: String, _ arguments: StatementArguments = StatementArguments()
    ) throws -> [OperatorEntry] {
        let sql =
            "SELECT operators.public_key, operators.name, tokens.text, operators.managed FROM operators "
            + "JOIN tokens ON tokens.id = operators.token \(clause)"
        return try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
            OperatorEntry(publicKey: try storedKey(row[0]), name: row[1], token: row[2], isManaged: row[3])
        }
    }
}

extension AccountEntry {
    static func fetch(
        _ database: Database, _ clause: String, _ arguments: StatementArguments = StatementArguments()
    ) throws -> [AccountEntry] {
        let sql =
            "SELECT accounts.public_key, accounts.operator, accounts.name, tokens.text FROM accounts "
            + "JOIN tokens ON tokens.id = accounts.token \(clause)"
        return try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
            AccountEntry(
                publicKey: try storedKey(row[0]), operator: try storedKey(row[1]), name: row[2], token: row[3])
        }
    }
}

extension UserEntry {
    static func fetch(
        _ database: Database, _ clause: String, _ arguments: StatementArguments = StatementArguments()
    ) throws -> [UserEntry] {
        let sql =
            "SELECT users.public_key, users.account, users.name, tokens.text FROM users "
            + "JOIN tokens ON tokens.id = users.token \(clause)"
        return try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
            UserEntry(publicKey: try storedKey(row[0]), account: try storedKey(row[1]), name: row[2], token: row[3])
        }
    }
}

extension KeyEntry {
    static func fetch(
        _ database: Database, _ clause: String, _ arguments: StatementArguments = StatementArguments()
    ) throws -> [KeyEntry] {
        let sql =
            "SELECT keys.public_key, keys.purpose, keys.role, keys.owner, seeds.public_key IS NOT NULL FROM keys "
            + "LEFT JOIN seeds ON seeds.public_key = keys.public_key \(clause)"
        return try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
            KeyEntry(
                publicKey: try storedKey(row[0]), purpose: Purpose(rawValue: row[1]) ?? .stored, role: row[2],
                owner: row[3], hasSeed: row[4])
        }
    }
}

private func storedKey(_ text: String) throws(AdministrationError) -> PublicKey {
    do {
        return try PublicKey(text)
    } catch {
        throw AdministrationError(
            .storageFailed, "the directory holds a damaged key: \(error.message)",
            remedy: "restore the directory from a backup")
    }
}
