import Audit
import Claims
import GRDB
import NKeys
import Testing

@testable import Administration

/// What a reader has found before is never what it would not find now.
@Suite struct ReaderMemoTests {
    private struct Undone: Error {}

    /// Carries changes out one after the other in one transaction, as a group does; nil stands for one that was undone.
    private func together<Result>(
        _ directory: Directory, _ bodies: [(Change) throws -> Result]
    ) throws -> [Result?] {
        try directory.database.writeWithoutTransaction { database in
            let transaction = ChangeTransaction(database, isInSteps: true)
            try AuditCapture.install(database)
            var results: [Result?] = []
            try database.inTransaction(.immediate) {
                for body in bodies {
                    let change = Change(
                        database: database, home: directory.home, surroundings: directory.surroundings, reason: "test",
                        opened: transaction.opened, memo: ReaderMemo(sharing: transaction.memo),
                        sharedLog: transaction.log)
                    let mark = transaction.log.mark
                    try change.leavingOut { try AuditCapture.clear(database) }
                    do {
                        results.append(try transaction.undoingFailure { try Directory.carryOut(change, body).value })
                    } catch is Undone {
                        transaction.log.goBack(to: mark)
                        results.append(nil)
                    }
                }
                _ = try transaction.log.close(in: directory.home)
                return .commit
            }
            return results
        }
    }

    private func connections(_ change: Change) throws -> Int64 {
        try change.reader.account(at: .account("A")).claims().limits.connections
    }

    private func setConnections(_ number: Int64, _ change: Change) throws {
        var edits = AccountEdits()
        edits.connections = number
        try change.editAccount(at: .account("A"), edits)
    }

    @Test func `a change finds what it has written itself`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        try directory.change("test") { change in
            let before = try change.reader.account(at: .account("A"))
            #expect(try change.reader.account(at: .account("A")) == before)
            #expect(try change.reader.findUser(EntityReference("u"), of: before) == nil)
            try change.addUser(NewUser(name: "u"), at: .account("A"))
            let user = try #require(try change.reader.findUser(EntityReference("u"), of: before))
            #expect(try change.reader.findUser(EntityReference(user.publicKey), of: before) == user)
            try setConnections(5, change)
            #expect(try connections(change) == 5)
            #expect(try change.reader.accountEntry(before.publicKey)?.token != before.token)
            try change.deleteUser(EntityReference("u"), at: .account("A"), revoking: false, forgettingSeed: false)
            #expect(try change.reader.findUser(EntityReference("u"), of: before) == nil)
            #expect(try change.reader.findUser(EntityReference(user.publicKey), of: before) == nil)
        }
    }

    @Test func `a change of a group finds what those before it left, and nothing of one that was undone`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        try directory.change("test") { try setConnections(1, $0) }
        let found = try together(
            directory,
            [
                { try connections($0) },
                { change in
                    try setConnections(2, change)
                    return try connections(change)
                },
                { change in
                    try setConnections(3, change)
                    #expect(try connections(change) == 3)
                    _ = try change.addUser(NewUser(name: "u"), at: .account("A"))
                    throw Undone()
                },
                { change in
                    let account = try change.reader.account(at: .account("A"))
                    #expect(try change.reader.findUser(EntityReference("u"), of: account) == nil)
                    return try connections(change)
                },
            ])
        #expect(found == [1, 2, nil, 2])
        #expect(try directory.claims(ofAccount: "A").limits.connections == 2)
        #expect(try directory.verifyAudit().problems.isEmpty)
    }

    private func issue(_ name: String, role: String? = nil, _ change: Change) throws -> UserClaims {
        var user = WholeUser(name: name)
        user.role = role
        user.publicKey = KeyPair.generate(.user).publicKey
        let account = try change.reader.account(at: .account("A"))
        let known = try change.reader.findUser(EntityReference(name), of: account)
        return try change.setUser(user, from: known, in: account).claims()
    }

    @Test func `a group of users that are issued asks once for what they have in common`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        var asked = 0
        let bodies = (0..<4).map { number in
            { (change: Change) throws in
                _ = try issue("u\(number)", change)
                _ = change.reader.memo.accounts.entry(.init("asked"), change.database) {
                    asked += 1
                    return nil
                }
            }
        }
        #expect(try together(directory, bodies).count == 4)
        #expect(asked == 1)
    }

    @Test func `users of a group are signed as the changes between them say`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        func role(_ publish: [String], _ change: Change) throws {
            var role = WholeRole(name: "r")
            role.template.permissions.publish.allow = publish
            try change.setRole(role, in: change.reader.account(at: .account("A")))
        }
        try directory.change("test") { try role(["a"], $0) }
        let before = try directory.claims(ofAccount: "A").signingKeys.map(\.key)
        let found = try together(
            directory,
            [
                { try issue("one", role: "r", $0).issuer },
                { change in
                    try change.deleteRole("r", in: change.reader.account(at: .account("A")))
                    #expect(refusal { _ = try issue("none", role: "r", change) } == .notFound)
                    throw Undone()
                },
                { try issue("two", role: "r", $0).issuer },
                { change in
                    try change.deleteRole("r", in: change.reader.account(at: .account("A")))
                    try role(["b"], change)
                    return ""
                },
                { try issue("three", role: "r", $0).issuer },
            ])
        let after = try directory.claims(ofAccount: "A").signingKeys.map(\.key)
        #expect(before.count == 1 && after.count == 1 && before != after)
        #expect(found == [before[0], nil, before[0], "", after[0]])
        #expect(try directory.verifyAudit().problems.isEmpty)
    }

    @Test func `a seed that is forgotten within a group signs no more in it`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let key = try directory.read { try $0.account(at: .account("A")).publicKey }
        let found = try together(
            directory,
            [
                { _ = try issue("one", $0) },
                { change in
                    try change.keyring.forget(key)
                    #expect(refusal { _ = try issue("none", change) } == .seedMissing)
                    throw Undone()
                },
                { _ = try issue("two", $0) },
                { change in
                    try change.keyring.forget(key)
                    #expect(refusal { _ = try issue("none", change) } == .seedMissing)
                },
            ])
        #expect(found.map { $0 != nil } == [true, false, true, true])
    }

    @Test func `what was written past the directory's own functions is found, too`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A", "B")
        try directory.change("test") { change in
            let account = try change.reader.account(at: .account("A"))
            try change.database.execute(
                sql: "UPDATE accounts SET name = 'C' WHERE public_key = ?", arguments: [account.publicKey.text])
            #expect(try change.reader.accountEntry(account.publicKey)?.name == "C")
            #expect(refusal { _ = try change.reader.account(at: .account("A")) } == .notFound)
        }
    }

    @Test func `a reader finds what others have changed since the last one`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A").forService()
        let other = try test.open()
        for number in [Int64(1), 2, 3] {
            try other.change("test") { try setConnections(number, $0) }
            #expect(try directory.claims(ofAccount: "A").limits.connections == number)
        }
    }

    /// Swift takes the two for one, and so do dictionaries.
    @Test func `names that differ in how an accent is written are two`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "caf\u{E9}", "other")
        try directory.change("test") { change in
            try change.database.execute(
                sql: "UPDATE accounts SET name = ? WHERE name = 'other'", arguments: ["cafe\u{301}"])
        }
        let keys = try directory.read { reader in
            try ["caf\u{E9}", "cafe\u{301}"].map { try reader.account(at: .account($0)).publicKey }
        }
        #expect(Set(keys).count == 2)
    }

    @Test func `changes that share a transaction share a checkpoint, which cannot be taken away`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        func sizes(_ database: Database) throws -> [Int64] {
            try Int64.fetchAll(database, sql: "SELECT size FROM audit_checkpoints ORDER BY size")
        }
        let before = try directory.read { try sizes($0.database) }
        for group in 0..<3 {
            let names = (0..<4).map { "u\(group)\($0)" }
            _ = try together(
                directory,
                names.map { name in
                    { change in
                        try change.addUser(NewUser(name: name), at: .account("A"))
                        if name.hasSuffix("1") { throw Undone() }
                    }
                })
        }
        let after = try directory.read { try sizes($0.database) }
        #expect(after.count == before.count + 3)
        let findings = try directory.verifyAudit()
        #expect(findings.problems.isEmpty && findings.verified == findings.records)
        for size in after {
            let note = try directory.read {
                try String.fetchOne(
                    $0.database, sql: "SELECT note FROM audit_checkpoints WHERE size = ?", arguments: [size])
            }
            try directory.database.write {
                try $0.execute(sql: "DELETE FROM audit_checkpoints WHERE size = ?", arguments: [size])
            }
            #expect(try !directory.verifyAudit().problems.isEmpty, "the checkpoint of \(size) records is missing")
            try directory.database.write {
                try $0.execute(sql: "INSERT INTO audit_checkpoints VALUES (?, ?)", arguments: [size, note])
            }
        }
        #expect(try directory.verifyAudit().problems.isEmpty)
    }

    /// Such as an earlier version wrote, with one for each change.
    @Test func `checkpoints that do not say what was before them are for one change each`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        for number in 0..<3 {
            try directory.change("test") { try $0.addUser(NewUser(name: "u\(number)"), at: .account("A")) }
        }
        try directory.change("test") { change in
            let database = change.database
            let log = try AuditLog(database: database, keyring: change.keyring)
            let pair = try change.keyring.auditKey(log.key.publicKey)
            for row in try Row.fetchAll(database, sql: "SELECT size, note FROM audit_checkpoints") {
                let lines = try #require(row.text("note")).split(separator: "\n", omittingEmptySubsequences: false)
                var note = try SignedNote(text: lines[0..<3].joined(separator: "\n") + "\n")
                try note.sign(as: log.key, with: pair)
                try database.execute(
                    sql: "UPDATE audit_checkpoints SET note = ? WHERE size = ?",
                    arguments: [note.description, row.integer("size")])
            }
        }
        #expect(try directory.verifyAudit().problems.isEmpty)
        try directory.change("test") { try $0.addUser(NewUser(name: "later"), at: .account("A")) }
        #expect(try directory.verifyAudit().problems.isEmpty)
        let sizes = try directory.read { try Int64.fetchAll($0.database, sql: "SELECT size FROM audit_checkpoints") }
        for size in sizes.sorted().dropLast() {
            try directory.database.inDatabase { database in
                try database.execute(sql: "SAVEPOINT test")
                try database.execute(sql: "DELETE FROM audit_checkpoints WHERE size = ?", arguments: [size])
                var verification = AuditVerification(database: database, expectedKey: nil)
                try verification.run()
                #expect(!verification.findings.problems.isEmpty, "the checkpoint of \(size) records is missing")
                try database.execute(sql: "ROLLBACK TO test; RELEASE test")
            }
        }
    }
}
