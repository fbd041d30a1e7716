import Audit
import Claims
import Foundation
import GRDB
import NKeys
import Secrets
import Testing

@testable import Administration

@Suite struct AuditLogTests {
    private func records(_ directory: Directory, _ query: AuditQuery = AuditQuery()) throws -> [AuditRecord] {
        try directory.audit(query).entries.map(\.record)
    }

    /// The patch of the latest record, as it is stored.
    private func lastPatch(_ directory: Directory) throws -> String {
        let bytes = try #require(try directory.audit(AuditQuery()).entries.last?.bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        let start = try #require(text.range(of: #""patch":"#)?.upperBound)
        let end = try #require(text.range(of: #","salt":"#)?.lowerBound)
        return String(text[start..<end])
    }

    @Test func `each object of a change has a record, and all have the change's request`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A", system: true)
        let all = try records(directory)
        let operations = all.map(\.operation)
        #expect(operations.first == .logOpen)
        #expect(operations.contains(.keyringMake))
        #expect(operations.filter { $0 == .operatorAdd }.count == 1)
        #expect(operations.filter { $0 == .accountAdd }.count == 2)
        #expect(operations.filter { $0 == .userAdd }.count == 1)
        #expect(operations.filter { $0 == .keyKeep }.count == (try directory.read { try $0.keys().count }))
        #expect(Set(all.map(\.actor.request)).count == 1)
        #expect(Set(all.map(\.salt)).count == all.count)
        #expect(all.map(\.index) == Array(0..<Int64(all.count)))
        #expect(all.allSatisfy { $0.actor.kind == .local && $0.actor.id == "tester" && $0.reason == "test" })
        let findings = try directory.verifyAudit()
        #expect(findings.problems.isEmpty)
        #expect(findings.records == Int64(all.count) && findings.verified == findings.records)
    }

    @Test func `a record says what changed, from which version to which`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        func version() throws -> String {
            try directory.read { TokenVersion(of: try $0.account(at: .account("A")).token).hex }
        }
        let before = try version()
        var edits = AccountEdits()
        edits.connections = 5
        try directory.change("edit account") { try $0.editAccount(at: .account("A"), edits) }
        let record = try #require(try records(directory).last)
        #expect(record.operation == .accountEdit && record.outcome == .changed && record.reason == "edit account")
        #expect(record.before == before)
        #expect(record.after == (try version()))
        #expect(record.object?.name == "A")
        #expect(try lastPatch(directory).contains(#"{"op":"replace","path":"/nats/limits/conn","value":5}"#))
    }

    @Test func `what is deleted has a record without an after`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let user = try directory.change("test") { try $0.addUser(NewUser(name: "u"), at: .account("A")) }.value
        try directory.change("delete user") {
            try $0.deleteUser(EntityReference("u"), at: .account("A"), revoking: true, forgettingSeed: true)
        }
        let last = try records(directory).suffix(3)
        #expect(last.map(\.operation) == [.keyForget, .accountEdit, .userDelete])
        let record = try #require(last.last)
        #expect(record.object?.id == user.publicKey.text && record.object?.name == "u")
        #expect(record.before == TokenVersion(of: user.token).hex && record.after == nil)
        #expect(try directory.verifyAudit().problems.isEmpty)
    }

    @Test func `credentials that leave are recorded, and nothing of the seed is`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        try directory.change("test") { try $0.addUser(NewUser(name: "u"), at: .account("A")) }
        let credentials = try directory.change("generate creds") {
            try $0.credentials(of: EntityReference("u"), at: .account("A"))
        }.value
        let text = credentials.withBytes { String(decoding: $0, as: UTF8.self) }
        let seed = try #require(text.split(separator: "\n").first { $0.hasPrefix("SU") })
        let record = try #require(try records(directory).last)
        #expect(record.operation == .credentialsExport && record.outcome == .allowed && record.object?.name == "u")
        for entry in try directory.audit(AuditQuery()).entries {
            let text = String(decoding: entry.bytes, as: UTF8.self)
            #expect(!text.contains(seed) && !text.contains("eyJ"))
        }
    }

    @Test func `seeds that leave are recorded one by one`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let keys = try directory.read { try $0.keys().map(\.publicKey) }
        try directory.change("export keys") { _ = try $0.exportSeeds(keys) }
        let last = try records(directory).suffix(keys.count)
        #expect(last.allSatisfy { $0.operation == .keyExport && $0.outcome == .allowed })
        #expect(last.compactMap(\.object?.id) == keys.map(\.text))
    }

    @Test func `an activation inside an import is named by its hash`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let token = "eyJ0eXAiOiJKV1QifQ.eyJuYW1lIjoiYSJ9.c2ln"
        var writer = PatchWriter()
        writer.write(PatchOperation.between(.object([:]), .object(["token": .string(token), "t": .string("a.b.c")])))
        let json = String(decoding: writer.bytes, as: UTF8.self)
        #expect(
            !json.contains(token) && json.contains("sha256:\(TokenVersion(of: token).hex)") && json.contains("a.b.c"))
        #expect(try directory.verifyAudit().problems.isEmpty)
    }

    @Test func `a long patch is kept beside the log`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let tags = (0..<200).map { "a-rather-long-tag-number-\($0)" }
        try directory.change("test") {
            var new = NewUser(name: "u")
            new.tags = tags
            try $0.addUser(new, at: .account("A"))
        }
        #expect(try lastPatch(directory).hasPrefix(#"{"sha256":"#))
        let contents = try directory.read { try Data.fetchAll($0.database, sql: "SELECT content FROM audit_exhibits") }
        let content = try #require(contents.first)
        #expect(contents.count == 1)
        #expect(String(decoding: content, as: UTF8.self).contains(tags[199]))
        #expect(try directory.verifyAudit().problems.isEmpty)
    }

    @Test func `what changes nothing is not recorded`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let before = try directory.verifyAudit().records
        try directory.change("test", dryRun: true) { try $0.addAccount(NewAccount(name: "B")) }
        _ = refusal { try directory.change("test") { try $0.addAccount(NewAccount(name: "A")) } }
        try directory.change("test") { try $0.select(operator: $0.reader.operator(nil)) }
        // A row that is written again as it was, as an import of what is there does it.
        try directory.change("test") { try $0.database.execute(sql: "UPDATE accounts SET token = token") }
        let findings = try directory.verifyAudit()
        #expect(findings.records == before && findings.problems.isEmpty)
    }

    @Test func `no record, no change`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let database = try DatabaseQueue(path: test.home.directoryPath)
        try database.write { try $0.execute(sql: "UPDATE audit_tree SET size = size + 1") }
        let code = refusal { try directory.change("test") { try $0.addAccount(NewAccount(name: "B")) } }
        #expect(code == .auditDamaged)
        #expect(try directory.read { try $0.accounts(of: $0.operator(nil)).map(\.name) } == ["A"])
    }

    @Test func `twenty at once keep one tree`() async throws {
        let test = TestDirectory()
        _ = try test.opened(accounts: "A")
        try await withThrowingTaskGroup { group in
            for number in 0..<20 {
                group.addTask {
                    // Each has a connection of its own, as processes have.
                    _ = try test.open().change("add") {
                        try $0.addUser(NewUser(name: "u\(number)"), at: .account("A"))
                    }
                }
            }
            try await group.waitForAll()
        }
        let directory = try test.open()
        #expect(try directory.verifyAudit().problems.isEmpty)
        let added = try records(directory).filter { $0.operation == .userAdd }
        #expect(Set(added.compactMap(\.object?.name)) == Set((0..<20).map { "u\($0)" }))
    }

    @Test func `what is asked about a user has its revocations, too`() throws {
        let directory = try TestDirectory().opened(accounts: "A", "B")
        try directory.change("test") { change in
            for name in ["u", "v"] { try change.addUser(NewUser(name: name), at: .account("A")) }
            try change.addUser(NewUser(name: "u\"w"), at: .account("B"))
        }
        let keys = try ["u", "v"].map { name in
            try directory.read { try $0.user(EntityReference(name), of: $0.account(at: .account("A"))).publicKey.text }
        }
        for key in keys { try directory.change("test") { try $0.revokeUser(EntityReference(key), at: .account("A")) } }
        var query = AuditQuery()
        for name in ["u", keys[0]] {
            query.user = name
            let found = try directory.audit(query).entries
            #expect(found.map(\.record.operation) == [.userAdd, .accountEdit], "\(name)")
            #expect(found.last.map { String(decoding: $0.bytes, as: UTF8.self).contains(keys[0]) } == true)
        }
        // Somebody who is gone has a name in the log alone.
        try directory.change("test") {
            try $0.deleteUser(EntityReference("u"), at: .account("A"), revoking: false, forgettingSeed: true)
        }
        query.user = "u"
        #expect(try records(directory, query).map(\.operation).contains(.accountEdit))
        query.user = "u\"w"
        #expect(try records(directory, query).map(\.operation) == [.userAdd])
    }

    @Test func `queries find records by object, operation, time and number`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A", "B")
        test.now += 1_000
        try directory.change("test") { try $0.addUser(NewUser(name: "u"), at: .account("A")) }
        var query = AuditQuery()
        query.object = "B"
        #expect(try records(directory, query).map(\.operation) == [.accountAdd])
        query.object = try directory.read { try $0.account(at: .account("B")).publicKey.text }
        query.operation = "account"
        #expect(try records(directory, query).map(\.operation) == [.accountAdd])
        query.operation = "account.edit"
        #expect(try records(directory, query).isEmpty)
        query = AuditQuery()
        query.since = test.now
        #expect(try records(directory, query).map(\.operation) == [.keyKeep, .userAdd])
        query.since = test.now + 1
        #expect(try records(directory, query).isEmpty)
        query = AuditQuery()
        query.limit = 1
        let answer = try directory.audit(query)
        #expect(answer.entries.map(\.record.operation) == [.userAdd] && answer.isCut)
        #expect(AuditQuery.isKnown(operation: "account") && !AuditQuery.isKnown(operation: "acc"))
    }

    @Test func `a directory from before the log is taken in by its first change`() throws {
        let test = TestDirectory()
        let old = try test.opened(accounts: "A", system: true)
        // As it was before: everything but the log.
        let database = try DatabaseQueue(path: test.home.directoryPath)
        try database.write { database in
            try database.execute(
                sql: """
                    DROP TRIGGER audit_records_are_never_deleted;
                    DELETE FROM audit_records; DELETE FROM audit_tree; DELETE FROM audit_checkpoints;
                    DELETE FROM audit_keys; DELETE FROM audit_objects; DELETE FROM audit_exhibits;
                    """)
        }
        try old.change("test") { try $0.addUser(NewUser(name: "u"), at: .account("A")) }
        let findings = try old.verifyAudit()
        #expect(findings.problems.isEmpty)
        let operations = try records(old).map(\.operation)
        // The operator, its system account and the user in it, and A.
        #expect(operations.filter { $0 == .tokenAdopt }.count == 4)
        #expect(operations.last != .logOpen && operations.contains(.accountAdd))
    }

    @Test func `the log goes on when the keyring gets another key or seal`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let key = try directory.verifyAudit().key
        try directory.rotateKeyring()
        try directory.change("test") { try $0.addAccount(NewAccount(name: "B")) }
        let findings = try directory.verifyAudit(key: key)
        #expect(findings.problems.isEmpty && findings.omissions.isEmpty)
        try directory.sealKeyring(Secret(copying: Array("correct horse battery".utf8)))
        // Nobody is asked for the passphrase: whether the seed opens stays unsaid.
        let sealed = try directory.verifyAudit(key: key)
        #expect(sealed.problems.isEmpty && sealed.omissions.count == 1)
        #expect(try records(directory).filter { $0.operation == .keyringSeal }.count == 2)
        let code = refusal { try directory.change("test") { try $0.addAccount(NewAccount(name: "C")) } }
        #expect(code == .keyringLocked)
    }

    @Test func `the first key can be held against what was noted elsewhere`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let key = try #require(try directory.verifyAudit().key)
        #expect(try directory.verifyAudit(key: key).problems.isEmpty)
        let other = try AuditKey(name: "chancery/admin/X", publicKey: KeyPair.generate(.server).publicKey).verifierKey
        #expect(try directory.verifyAudit(key: other).problems.count == 1)
    }
}
