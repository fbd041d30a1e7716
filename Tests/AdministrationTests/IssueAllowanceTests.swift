import Claims
import GRDB
import NKeys
import Testing

@testable import Administration

/// What an account's own administrators may use up, and what they must leave.
@Suite struct IssueAllowanceTests {
    /// Makes the account's claims about so many bytes long.
    private func describe(_ count: Int, _ allowance: IssueAllowance, _ directory: Directory) throws {
        try directory.change("test") { change in
            change.allowance = allowance
            let account = try change.reader.account(at: .account("A"))
            try change.changeAccount(account) { claims in
                claims.defaultPermissions.publish.allow = (0..<count / 1_000).map { number in
                    "s\(number)." + String(repeating: "x", count: 990 - "\(number)".utf8.count)
                }
            }
        }
    }

    @Test func `a token that cannot be read is never stored, and a revocation always finds room`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        try directory.change("test") { try $0.addUser(NewUser(name: "u"), at: .account("A")) }
        try describe(380_000, .inside, directory)
        #expect(refusal { try describe(400_000, .inside, directory) } == .tokenTooLarge)
        try describe(500_000, .operating, directory)
        // What is there already may become smaller.
        try describe(450_000, .inside, directory)
        #expect(refusal { try describe(800_000, .operating, directory) } == .tokenTooLarge)
        try directory.change("test") { change in
            change.allowance = .inside
            try change.revokeUser(EntityReference("u"), at: .account("A"))
            #expect(change.allowance == .inside)
        }
        try describe(720_000, .operating, directory)
        #expect(
            refusal {
                try directory.change("test") { change in
                    change.allowance = .inside
                    try change.revokeUser(EntityReference("*"), at: .account("A"))
                }
            } == .tokenTooLarge)
        try directory.change("test") { try $0.deleteAccount(at: .account("A")) }
        #expect(try directory.verifyAudit().problems.isEmpty)
    }

    @Test func `an account whose token cannot be read can be deleted`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        try directory.change("test") { try $0.setRole(WholeRole(name: "r"), in: $0.reader.account(at: .account("A"))) }
        try directory.change("test") { change in
            let key = try change.reader.account(at: .account("A")).publicKey.text
            for trigger in try change.database.texts(
                "SELECT name AS text FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'tokens'")
            { try change.database.execute(sql: "DROP TRIGGER \(trigger)") }
            try change.database.execute(
                sql: "UPDATE tokens SET text = 'x' WHERE subject = ?", arguments: [key])
        }
        #expect(throws: AdministrationError.self) { try directory.claims(ofAccount: "A") }
        let report = try directory.change("test") { try $0.deleteAccount(at: .account("A")) }.report
        #expect(report.warnings.contains { $0.hasPrefix("nothing was revoked") })
        #expect(try directory.read { try $0.accounts(of: $0.operator(nil)).isEmpty })
    }

    @Test func `whoever is inside an account cannot use up the time of the operator's changes`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        try directory.change("test") { change in
            try change.addUser(NewUser(name: "u"), at: .account("A"))
            try change.revokeUser(EntityReference("u"), at: .account("A"), through: TestDirectory.start + 400)
        }
        func sign(_ allowance: IssueAllowance) throws {
            try directory.change("test") { change in
                change.allowance = allowance
                let account = try change.reader.account(at: .account("A"))
                try change.setUser(
                    WholeUser(name: "u"), from: change.reader.findUser(EntityReference("u"), of: account), in: account)
            }
        }
        #expect(refusal { try sign(.inside) } == .tooFarAhead)
        try sign(.operating)
    }

    @Test func `readers of a service wait for no change`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A").forService()
        try directory.change("test") { change in
            try change.addUser(NewUser(name: "u"), at: .account("A"))
            // The change is not stored yet, and its connection is busy.
            #expect(try directory.read { try $0.users(of: $0.account(at: .account("A"))).isEmpty })
        }
        #expect(try directory.read { try $0.users(of: $0.account(at: .account("A"))).count } == 1)
    }
}
