import Claims
import Foundation
import GRDB
import NKeys
import TestSupport
import Testing

@testable import Administration

/// Somebody who writes to the database by other means is found.
@Suite struct AuditTamperingTests {
    private static let tables = [
        "audit_records", "audit_tree", "audit_checkpoints", "audit_keys", "audit_objects", "audit_exhibits", "tokens",
    ]

    /// A directory with something in each of the tables, and a way past the triggers.
    private func prepared() throws -> (test: TestDirectory, database: DatabaseQueue) {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A", "B", system: true)
        try directory.change("test") {
            var new = NewUser(name: "u")
            new.tags = (0..<200).map { "a-rather-long-tag-number-\($0)" }
            try $0.addUser(new, at: .account("A"))
        }
        var edits = AccountEdits()
        edits.connections = 5
        try directory.change("edit account") { try $0.editAccount(at: .account("A"), edits) }
        try directory.change("delete user") {
            try $0.deleteUser(EntityReference("u"), at: .account("A"), revoking: true, forgettingSeed: false)
        }
        #expect(try directory.verifyAudit().problems.isEmpty)
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let database = try DatabaseQueue(path: test.home.directoryPath, configuration: configuration)
        try database.write { database in
            for name in try String.fetchAll(database, sql: "SELECT name FROM sqlite_master WHERE type = 'trigger'") {
                try database.execute(sql: "DROP TRIGGER \(name)")
            }
            try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
        }
        return (test, database)
    }

    @Test func `a flipped bit in any row of the log or of the tokens is found`() throws {
        var generator = SeededGenerator.announced()
        let (test, database) = try prepared()
        let directory = try test.open()
        for _ in 0..<400 {
            let table = try #require(Self.tables.randomElement(using: &generator))
            try database.inDatabase { database in
                // Without those that follow from others, and cannot be written.
                let columns = try String.fetchAll(
                    database, sql: "SELECT name FROM pragma_table_info(?)", arguments: [table])
                let rows = try Row.fetchAll(database, sql: "SELECT rowid AS row, * FROM \(table)")
                let row = try #require(rows.randomElement(using: &generator))
                let column = try #require(columns.randomElement(using: &generator))
                let old = row[column] as DatabaseValue
                guard let new = Self.flipped(old, &generator) else { return }
                let update = "UPDATE \(table) SET \(column) = ? WHERE rowid = ?"
                // A row whose own number was changed is found again by the new one.
                let moved =
                    column == "i" || column == "size" && table == "audit_checkpoints"
                    || column == "id" && table != "audit_objects"
                let rowid = row["row"] as Int64
                do {
                    try database.execute(sql: update, arguments: [new, rowid])
                } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
                    return
                }
                let problems = try directory.verifyAudit().problems
                #expect(!problems.isEmpty, "\(table).\(column) of row \(rowid): \(old) became \(new)")
                let place = moved ? Int64.fromDatabaseValue(new) ?? rowid : rowid
                try database.execute(sql: update, arguments: [old, place])
            }
        }
        #expect(try directory.verifyAudit().problems.isEmpty)
    }

    @Test func `a row that is taken away is found`() throws {
        var generator = SeededGenerator.announced()
        for table in Self.tables {
            let (test, database) = try prepared()
            let directory = try test.open()
            try database.write { database in
                let rows = try Int64.fetchAll(database, sql: "SELECT rowid FROM \(table)")
                let row = try #require(rows.randomElement(using: &generator))
                try database.execute(sql: "DELETE FROM \(table) WHERE rowid = ?", arguments: [row])
            }
            #expect(try !directory.verifyAudit().problems.isEmpty, "a row of \(table)")
        }
    }

    @Test(arguments: [
        "UPDATE accounts SET token = (SELECT min(id) FROM tokens WHERE kind = 'account' AND subject = public_key)",
        "UPDATE accounts SET name = name || '2'",
        "DELETE FROM accounts WHERE name = 'B'",
        "INSERT INTO users SELECT id + 1000, account, public_key, name, token, created_at FROM users WHERE 0"
            + " UNION SELECT 1000, subject, issuer, 'x', id, 0 FROM tokens WHERE id = 1",
        "INSERT INTO tokens SELECT id + 1, kind, subject, scope, zeroblob(32), issuer, issued_at, 'x', recorded_at,"
            + " actor, reason FROM tokens ORDER BY id DESC LIMIT 1",
        "DELETE FROM audit_records WHERE i = (SELECT max(i) FROM audit_records)",
        "DELETE FROM audit_records; DELETE FROM audit_tree; DELETE FROM audit_checkpoints",
        "DELETE FROM audit_records; DELETE FROM audit_tree; DELETE FROM audit_checkpoints; DELETE FROM audit_keys;"
            + " DELETE FROM audit_objects; DELETE FROM audit_exhibits",
    ])
    func `an edit from outside is found`(sql: String) throws {
        let (test, database) = try prepared()
        try database.write { try $0.execute(sql: sql) }
        #expect(try !test.open().verifyAudit().problems.isEmpty)
    }

    @Test func `a log that is cut back to an earlier checkpoint is found`() throws {
        let (test, database) = try prepared()
        // All that the last change left, as a copy of the log from before it would lack it.
        try database.write { database in
            let sizes = try Int64.fetchAll(database, sql: "SELECT size FROM audit_checkpoints ORDER BY size DESC")
            try database.execute(sql: "DELETE FROM audit_records WHERE i >= ?", arguments: [sizes[1]])
            try database.execute(sql: "DELETE FROM audit_checkpoints WHERE size > ?", arguments: [sizes[1]])
        }
        #expect(try !test.open().verifyAudit().problems.isEmpty)
    }

    /// The value with one bit flipped; nil if it is empty. Texts stay texts.
    private static func flipped(_ value: DatabaseValue, _ generator: inout SeededGenerator) -> DatabaseValue? {
        switch value.storage {
        case .int64(let number):
            return (number ^ (1 << Int64.random(in: 0..<24, using: &generator))).databaseValue
        case .string(let text):
            var bytes = Array(text.utf8)
            guard let index = bytes.indices.randomElement(using: &generator) else { return nil }
            bytes[index] ^= 1
            return String(decoding: bytes, as: UTF8.self).databaseValue
        case .blob(let data):
            var bytes = data
            guard let index = bytes.indices.randomElement(using: &generator) else { return "x".databaseValue }
            bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            return bytes.databaseValue
        default:
            return nil
        }
    }
}
