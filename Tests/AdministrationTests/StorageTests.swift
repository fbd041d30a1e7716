import Audit
import Claims
import Foundation
import GRDB
import Glibc
import Testing

@testable import Administration

/// What stands in the way of a change, and what is said about it.
@Suite struct StorageTests {
    private static func directory(of test: TestDirectory, creating: Bool = false) throws -> Directory {
        try Directory.open(
            test.home, creating: creating,
            surroundings: Directory.Surroundings(now: { test.now }, actor: "local:tester", patience: 0.2))
    }

    @Test func `a change waits for others, and then says that the directory is busy`() throws {
        let test = TestDirectory()
        _ = try test.opened(accounts: "A")
        let other = try DatabaseQueue(path: test.home.directoryPath)
        let directory = try Self.directory(of: test)
        try other.writeWithoutTransaction { database in
            try database.execute(sql: "BEGIN IMMEDIATE")
            #expect(refusal { try directory.change("test") { try $0.addAccount(NewAccount(name: "B")) } } == .busy)
            #expect(try directory.read { try $0.accounts(of: $0.operator(nil)) }.count == 1, "reading waits for nobody")
            try database.execute(sql: "ROLLBACK")
        }
        try directory.change("test") { try $0.addAccount(NewAccount(name: "B")) }
    }

    @Test func `making a directory waits for others, and then says that it is busy`() throws {
        let test = TestDirectory()
        try PrivateFile.makeFolder(test.home.path)
        let descriptor = Glibc.open(test.home.path, O_RDONLY | O_DIRECTORY)
        #expect(flock(descriptor, LOCK_EX) == 0)
        #expect(refusal { _ = try Self.directory(of: test, creating: true) } == .busy)
        close(descriptor)
        _ = try Self.directory(of: test, creating: true)
    }

    @Test func `a directory of a later version is refused, and not a byte of it changes`() throws {
        let test = TestDirectory()
        _ = try test.opened(accounts: "A")
        try DatabaseQueue(path: test.home.directoryPath).write {
            try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 later')")
        }
        let before = try Data(contentsOf: URL(filePath: test.home.directoryPath))
        #expect(refusal { _ = try test.open() } == .directoryTooNew)
        #expect(try Data(contentsOf: URL(filePath: test.home.directoryPath)) == before)
    }

    @Test(arguments: ["1 directory", "2 audit", "3 managed operators"])
    func `a directory of an earlier version goes on as one of this version`(_ version: String) throws {
        let test = TestDirectory()
        try PrivateFile.makeFolder(test.home.path)
        let queue = try DatabaseQueue(path: test.home.directoryPath)
        try queue.writeWithoutTransaction { _ = try String.fetchOne($0, sql: "PRAGMA journal_mode = WAL") }
        try Schema.migrator.migrate(queue, upTo: version)
        try queue.close()
        let directory = try test.opened(accounts: "A", system: true)
        #expect(try directory.verifyAudit().problems.isEmpty)
        #expect(try directory.read { try $0.operator(nil) }.isManaged == false)
    }

    @Test func `what servers have is kept by account and server`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A", "B")
        let accounts = try directory.read { try $0.accounts(of: $0.operator(nil)) }
        func outcomes(_ answers: [String]) -> [PushOutcome] {
            accounts.map { account in
                PushOutcome(
                    name: account.name, publicKey: account.publicKey, version: .init(of: account.token),
                    answers: answers.map { ClaimsAnswer(payload: Array($0.utf8)) }, expected: 3, refusal: nil)
            }
        }
        let taken = #"{"server":{"name":"n1"},"data":{"code":200,"message":"jwt updated"}}"#
        let refused = #"{"server":{"name":"n2"},"error":{"code":500,"description":"jwt validation failed"}}"#
        try directory.change("push") { try $0.noteDeliveries(outcomes([taken, refused])) }
        test.now += 10
        try directory.change("push") { try $0.noteDeliveries(outcomes([taken])) }
        let known = try directory.read { try $0.deliveries() }
        #expect(Set(known.map(\.account)) == Set(accounts.map(\.publicKey)))
        #expect(known.allSatisfy { $0.server == "n1" && $0.time == TestDirectory.start })
        #expect(try directory.read { try $0.deliveries(of: accounts[0].publicKey) }.count == 1)
        let outcomesRecorded = try directory.audit(AuditQuery()).entries.map(\.record).filter { $0.kind == .distribute }
            .map(\.outcome)
        // Each account: taken, refused, and one that did not answer; then two that did not answer.
        #expect(outcomesRecorded.count { $0 == .changed } == 2)
        #expect(outcomesRecorded.count { $0 == .denied } == 2)
        #expect(outcomesRecorded.count { $0 == .error } == 6)
        #expect(try directory.verifyAudit().problems.isEmpty)
    }
}
