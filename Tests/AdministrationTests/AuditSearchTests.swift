import Audit
import Foundation
import GRDB
import NKeys
import Testing

@testable import Administration

@Suite struct AuditSearchTests {
    /// The answers to a query, each going on where the one before ended.
    private func parts(_ directory: Directory, _ query: AuditQuery) throws -> [AuditAnswer] {
        var (query, parts) = (query, [AuditAnswer]())
        repeat {
            let answer = try directory.audit(query)
            parts.append(answer)
            query.before = answer.next
        } while query.before != nil
        return parts
    }

    private func key(of account: String, _ directory: Directory) throws -> PublicKey {
        try directory.read { try $0.account(at: .account(account)).publicKey }
    }

    @Test func `a query that looks at few records finds in parts what it finds at once`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A", "B")
        for (account, count) in [("A", 2), ("B", 6), ("A", 1)] {
            for number in 0..<count {
                test.now += 1
                try directory.change("test") {
                    try $0.addUser(NewUser(name: "\(account)\(count)-\(number)"), at: .account(account))
                }
            }
        }
        for name in ["A2-0", "A2-1"] {
            try directory.change("test") { try $0.revokeUser(EntityReference(name), at: .account("A")) }
        }
        let (a, b) = (try key(of: "A", directory), try key(of: "B", directory))
        let fields: [(inout AuditQuery) -> Void] = [
            { _ in }, { $0.operation = "user" }, { $0.operation = "user.add" }, { $0.operation = "use" },
            { $0.object = "B" }, { $0.object = a.text }, { $0.kind = .admin }, { $0.outcome = .changed },
            { $0.account = "A" }, { $0.user = "A2-0" }, { $0.owner = a }, { $0.owner = b },
            { ($0.owner, $0.operation) = (a, "account") }, { ($0.owner, $0.object) = (b, "A") },
            { $0.since = test.now - 3 }, { $0.until = test.now - 3 },
        ]
        let size = try directory.auditSize()
        for (number, field) in fields.enumerated() {
            var query = AuditQuery()
            field(&query)
            let whole = try directory.audit(query)
            #expect(whole.next == nil)
            for (most, limit) in [(1, nil), (2, nil), (3, 1), (Int(size), nil), (Int(size), 1)] as [(Int, Int?)] {
                (query.most, query.limit) = (most, limit)
                let parts = try parts(directory, query)
                #expect(parts.reversed().flatMap(\.entries) == whole.entries, "\(number) \(most)")
                #expect(parts.allSatisfy { $0.entries.count <= min(most, limit ?? .max) }, "\(number) \(most)")
                // Names of keys are looked up besides.
                guard limit == nil, query.user == nil else { continue }
                let looked = query.owner == nil ? Int(size) : try owned(directory, by: query.owner)
                #expect(parts.count == max(1, (looked + most - 1) / most), "\(number) \(most)")
            }
        }
    }

    private func owned(_ directory: Directory, by owner: PublicKey?) throws -> Int {
        try directory.audit(AuditQuery()).entries.count { entry in owner.map(entry.record.belongs) ?? true }
    }

    @Test func `a directory from before has the owners of its records`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A", "B")
        try directory.change("test") { try $0.addUser(NewUser(name: "u"), at: .account("A")) }
        var query = AuditQuery()
        query.owner = try key(of: "A", directory)
        let before = try directory.audit(query)
        #expect(before.entries.map(\.record.operation) == [.accountAdd, .userAdd])
        try DatabaseQueue(path: test.home.directoryPath).write { database in
            try database.execute(
                sql: """
                    DROP INDEX audit_records_by_owner;
                    ALTER TABLE audit_records DROP COLUMN owner;
                    DELETE FROM grdb_migrations WHERE identifier GLOB '13 *';
                    """)
            // What is no record has no owner.
            try database.execute(
                sql:
                    "INSERT INTO audit_records (i, leaf, record) VALUES (1000, zeroblob(32), X'00FF7B'), (1001, zeroblob(32), X'5B5D')"
            )
        }
        let later = try test.open(creating: false)
        #expect(try later.audit(query) == before)
        #expect(try later.audit(AuditQuery()).unreadable == [1001, 1000])
    }
}
