import Claims
import NKeys
import Secrets
import Testing

@testable import Administration

@Suite struct UnchangedTests {
    @Test func `an edit that changes nothing signs nothing`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        try directory.change("test") { try $0.addUser(NewUser(name: "u"), at: .account("A")) }
        let tokens = { try directory.read { try $0.database.integer("SELECT count(*) AS number FROM tokens") } }
        let before = try tokens()
        test.now += 10
        let report = try directory.change("test") { change in
            var account = AccountEdits()
            account.tags = ListEdits(remove: ["nope"])
            try change.editAccount(at: .account("A"), account, resigning: true)
            var user = UserEdits()
            user.tags = ListEdits(remove: ["nope"])
            try change.editUser(EntityReference("u"), at: .account("A"), user)
            var entry = OperatorEdits()
            entry.tags = ListEdits(remove: ["nope"])
            try change.editOperator(nil, entry)
        }.report
        #expect(try tokens() == before && report.items.isEmpty)
        #expect(report.warnings.count == 3 && report.warnings.allSatisfy { $0.hasPrefix("nothing changed") })
        // Asked for nothing, an account is signed again.
        try directory.change("test") { try $0.editAccount(at: .account("A"), AccountEdits(), resigning: true) }
        #expect(try tokens() != before)
    }

    @Test func `a callout's new curve key is named`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        var edits = CalloutEdits()
        edits.curve = "generate"
        let report = try directory.change("test") { try $0.editCallout(at: .account("A"), edits) }.report
        let key = try directory.claims(ofAccount: "A").authorization.xkey
        #expect(report.items.contains { $0.kind == "curve key" && $0.publicKey == key && $0.action == .added })
    }

    @Test func `a key that is no file is said to be none`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let junk = test.home.path + "/junk"
        try PrivateFile.write(Secret(copying: Array("junk".utf8)), to: junk)
        for (key, code) in [
            ("/nonexist", AdministrationError.Code.notFound), (junk, .invalidValue), ("x.nk", .notFound),
        ] {
            let choice = { try SignerChoice.read(key) }
            #expect(
                refusal {
                    try directory.change("test") {
                        try $0.addUser(NewUser(name: "u"), at: .account("A"), signer: choice())
                    }
                }
                    == code)
            #expect(
                refusal { try directory.change("test") { try $0.addAccount(NewAccount(name: "B"), signer: choice()) } }
                    == code)
            var edits = OperatorEdits()
            edits.tags = ListEdits(add: ["t"])
            #expect(
                refusal { try directory.change("test") { try $0.editOperator(nil, edits, signer: choice()) } } == code)
        }
    }

    @Test(arguments: ["", "\n", "x", "1234567"])
    func `a backup's passphrase is no shorter than the keyring's`(text: String) throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let path = test.home.path + "/copy"
        let code = refusal { _ = try Backup.write(directory, to: path, passphrase: Secret(copying: Array(text.utf8))) }
        #expect(code == .invalidValue && !PrivateFile.exists(path))
    }

    @Test func `a restore that fails leaves no folder`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let path = test.home.path + "/copy"
        _ = try Backup.write(directory, to: path, passphrase: Secret(copying: Array("long enough".utf8)))
        let home = Home(path: test.home.path + "/new/place")
        let code = refusal {
            _ = try Backup.restore(
                path, to: home, passphrase: Secret(copying: Array("another one".utf8)),
                surroundings: directory.surroundings)
        }
        #expect(code == .keyringLocked && !PrivateFile.exists(test.home.path + "/new"))
    }
}
