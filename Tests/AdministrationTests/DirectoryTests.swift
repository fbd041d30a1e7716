import Foundation
import GRDB
import Testing

@testable import Administration

@Suite struct DirectoryTests {
    @Test func `a new directory belongs to its owner alone`() throws {
        let test = TestDirectory()
        _ = try test.opened(accounts: "A")
        func mode(_ path: String) throws -> Int {
            try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
        }
        #expect(try mode(test.home.path) == 0o700)
        for name in try FileManager.default.contentsOfDirectory(atPath: test.home.path) {
            #expect(try mode(test.home.path + "/" + name) == 0o600, "\(name)")
        }
        #expect(PrivateFile.exists(test.home.directoryPath))
        #expect(PrivateFile.exists(test.home.keyFilePath))
    }

    @Test func `a missing directory is made only when that is wanted`() throws {
        let test = TestDirectory()
        #expect(refusal { _ = try test.open(creating: false) } == .notFound)
        #expect(!PrivateFile.exists(test.home.path))
        _ = try test.open()
        _ = try test.open(creating: false)
    }

    @Test func `what a later version wrote is refused and left alone`() throws {
        let test = TestDirectory()
        _ = try test.opened()
        let database = try DatabaseQueue(path: test.home.directoryPath)
        try database.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('999 from the future')") }
        try database.close()
        #expect(refusal { _ = try test.open() } == .directoryTooNew)
        let again = try DatabaseQueue(path: test.home.directoryPath)
        #expect(try again.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM operators") } == 1)
    }

    @Test func `a change that fails leaves nothing behind`() throws {
        let test = TestDirectory()
        let directory = try test.opened()
        let refused = refusal {
            try directory.change("test") { change in
                try change.addAccount(NewAccount(name: "A"))
                try change.addAccount(NewAccount(name: "A"))
            }
        }
        #expect(refused == .alreadyExists)
        try directory.read { reader throws in
            #expect(try reader.accounts(of: reader.operator(nil)).isEmpty)
            #expect(try reader.keys().count == 1)
        }
    }

    @Test func `a dry run reports and changes nothing`() throws {
        let test = TestDirectory()
        let directory = try test.opened()
        let changed = try directory.change("test", dryRun: true) { try $0.addAccount(NewAccount(name: "A")) }
        #expect(changed.report.items.contains { $0.kind == "account" && $0.name == "A" && $0.version != nil })
        #expect(try directory.read { try $0.accounts(of: $0.operator(nil)) }.isEmpty)
    }

    @Test func `every version of a token stays in the history`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        var edits = AccountEdits()
        edits.connections = 5
        try directory.change("edit account") { try $0.editAccount(at: .account("A"), edits) }

        let database = try DatabaseQueue(path: test.home.directoryPath)
        let rows = try database.read {
            try Row.fetchAll($0, sql: "SELECT actor, reason FROM tokens WHERE kind = 'account' ORDER BY id")
        }
        #expect(rows.map { $0["reason"] as String } == ["test", "edit account"])
        #expect(rows.allSatisfy { $0["actor"] == "local:tester" })
        for statement in ["UPDATE tokens SET text = ''", "DELETE FROM tokens"] {
            #expect(throws: DatabaseError.self) { try database.write { try $0.execute(sql: statement) } }
        }
    }

    @Test func `a change survives the loss of power as far as the database can promise`() throws {
        let test = TestDirectory()
        let directory = try test.opened()
        let database = try DatabaseQueue(path: test.home.directoryPath)
        #expect(try database.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
        try directory.change("test") { change throws in
            // 2 is FULL: the log is synchronised at every commit.
            #expect(try Int.fetchOne(change.database, sql: "PRAGMA synchronous") == 2)
            #expect(try Int.fetchOne(change.database, sql: "PRAGMA foreign_keys") == 1)
        }
    }

    @Test func `names select what they name, and nothing is guessed between two`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A", "B", system: true)
        try directory.read { reader in
            let entry = try reader.operator(nil)
            // The account that was added last is selected.
            #expect(try reader.account(nil, of: entry).name == "B")
            let key = try reader.account(EntityReference("A"), of: entry).publicKey
            #expect(try reader.account(EntityReference(key), of: entry).name == "A")
            #expect(refusal { _ = try reader.account(EntityReference("C"), of: entry) } == .notFound)
        }
        try directory.change("test") { try $0.addOperator(NewOperator(name: "P")) }
        #expect(refusal { _ = try directory.read { try $0.account(at: Place()) } } == .noSelection)
        let place = Place(operator: EntityReference("O"))
        #expect(refusal { _ = try directory.read { try $0.account(at: place) } } == .noSelection)
        #expect(try directory.read { try $0.operators().map(\.name) } == ["O", "P"])
    }

    @Test func `the only account that is not the system's needs no name`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A", system: true)
        try directory.change("test") { change in
            try change.addOperator(NewOperator(name: "P"))
            let entry = try change.reader.operator(EntityReference("O"))
            try change.select(operator: entry)
        }
        #expect(try directory.read { try $0.account(at: Place()).name } == "A")
    }
}
