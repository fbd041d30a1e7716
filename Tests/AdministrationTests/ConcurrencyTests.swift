import Claims
import NKeys
import Testing

@testable import Administration

@Suite struct ConcurrencyTests {
    @Test func `twenty at once lose no revocation`() async throws {
        let test = TestDirectory()
        let users = (0..<20).map { _ in KeyPair.generate(.user).publicKey }
        _ = try test.opened(accounts: "A")
        let versions = try await withThrowingTaskGroup { group in
            for user in users {
                group.addTask {
                    // Each has a connection of its own, as processes have.
                    let directory = try test.open()
                    let report = try directory.change("revoke") {
                        try $0.revokeUser(EntityReference(user), at: .account("A"))
                    }.report
                    return report.items.compactMap(\.issuedAt)
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let claims = try test.open().claims(ofAccount: "A")
        #expect(Set(claims.revocations.entries.keys) == Set(users.map(\.text)))
        #expect(Set(versions).count == 20, "no two versions share a second")
        #expect(claims.issuedAt == versions.max())
    }

    @Test func `twenty first processes make one directory`() async throws {
        let test = TestDirectory()
        try await withThrowingTaskGroup { group in
            for number in 0..<20 {
                group.addTask {
                    _ = try test.open().change("add") { try $0.addOperator(NewOperator(name: "O\(number)")) }
                }
            }
            try await group.waitForAll()
        }
        let directory = try test.open(creating: false)
        #expect(try directory.read { try $0.operators() }.count == 20)
        // One key file opens all seeds.
        for number in 0..<20 {
            try directory.change("add") {
                try $0.addAccount(NewAccount(name: "A"), of: EntityReference("O\(number)"))
            }
        }
    }

    @Test func `readers see one state while others write`() async throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let other = try test.open()
        try directory.read { reader in
            let before = try reader.account(at: .account("A")).token
            try other.change("test") { try $0.addUser(NewUser(name: "u"), at: .account("A")) }
            try other.change("test") { try $0.editAccount(at: .account("A"), AccountEdits(), resigning: true) }
            #expect(try reader.account(at: .account("A")).token == before)
            #expect(try reader.users(of: reader.account(at: .account("A"))).isEmpty)
        }
        #expect(try directory.read { try $0.users(of: $0.account(at: .account("A"))) }.count == 1)
    }
}
