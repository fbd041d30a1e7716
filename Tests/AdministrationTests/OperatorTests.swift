import Claims
import NKeys
import Testing

@testable import Administration

@Suite struct OperatorTests {
    @Test func `an operator signs itself`() throws {
        let test = TestDirectory()
        let claims = try test.opened().claims()
        #expect(claims.name == "O")
        #expect(claims.issuer == claims.subject)
        #expect(claims.signingKeys.isEmpty && claims.systemAccount.isEmpty && !claims.strictSigningKeyUsage)
    }

    @Test func `a system account comes with monitoring exports and a user`() throws {
        let test = TestDirectory()
        let directory = try test.opened(system: true)
        let system = try directory.claims(ofAccount: "SYS")
        #expect(try directory.claims().systemAccount == system.subject)
        #expect(system.exports.map(\.subject) == ["$SYS.ACCOUNT.*.>", "$SYS.REQ.ACCOUNT.*.*"])
        #expect(system.exports.map(\.accountTokenPosition) == [3, 4])
        #expect(try directory.claims(ofUser: "sys", in: "SYS").issuer == system.subject)
        #expect(try directory.findings(at: test.now).isEmpty)
        #expect(try directory.read { try $0.selection().account } == nil, "it is nobody's working account")
    }

    @Test func `signing keys can be generated with the operator`() throws {
        let test = TestDirectory()
        let directory = try test.open()
        try directory.change("test") { change in
            var new = NewOperator(name: "O")
            (new.withSystemAccount, new.withSigningKey) = (true, true)
            try change.addOperator(new)
        }
        #expect(try directory.claims().signingKeys.count == 1)
        #expect(try directory.claims(ofAccount: "SYS").signingKeys.count == 1)
        #expect(try directory.findings(at: test.now).isEmpty)
    }

    @Test func `where signing keys are required, identities sign nothing but themselves`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        var edits = OperatorEdits()
        edits.requireSigningKeys = true
        #expect(refusal { try directory.change("test") { try $0.editOperator(nil, edits) } } == .refused)

        edits.signingKeys = ListEdits(add: ["generate"])
        let report = try directory.change("test") { try $0.editOperator(nil, edits) }.report
        #expect(report.warnings.contains { $0.contains("\"A\"") }, "the account must be signed again")
        #expect(try directory.findings(at: test.now).map(\.name) == ["A"])

        try directory.change("test") { try $0.editAccount(at: .account("A"), AccountEdits(), resigning: true) }
        #expect(try directory.claims(ofAccount: "A").issuer == directory.claims().signingKeys.first)
        #expect(try directory.findings(at: test.now).isEmpty)

        let addUser = { try directory.change("test") { try $0.addUser(NewUser(name: "u"), at: .account("A")) } }
        #expect(refusal { _ = try addUser() } == .seedMissing)
        try directory.change("test") {
            try $0.editAccount(at: .account("A"), AccountEdits(), signingKeys: ListEdits(add: ["generate"]))
        }
        _ = try addUser()
        let (account, user) = (try directory.claims(ofAccount: "A"), try directory.claims(ofUser: "u", in: "A"))
        #expect(user.issuer == account.signingKeys.first?.key)
        #expect(user.issuerAccount == account.subject)
        #expect(try directory.findings(at: test.now).isEmpty)
    }

    @Test func `edits add and take out`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "S")
        var edits = OperatorEdits()
        edits.tags = ListEdits(add: ["Prod", " EU "])
        edits.serviceURLs = ListEdits(add: ["nats://localhost:4222", "tls://example.com:4222"])
        edits.accountServerURL = "nats://localhost:4222"
        edits.systemAccount = EntityReference("S")
        edits.signingKeys = ListEdits(add: ["generate"])
        try directory.change("test") { try $0.editOperator(nil, edits) }
        var claims = try directory.claims()
        #expect(claims.tags == ["prod", "eu"])
        #expect(claims.serviceURLs.count == 2 && claims.signingKeys.count == 1)
        #expect(try claims.systemAccount == directory.claims(ofAccount: "S").subject)

        edits = OperatorEdits()
        edits.tags = ListEdits(remove: ["PROD"])
        edits.serviceURLs = ListEdits(remove: ["tls://example.com:4222"])
        edits.signingKeys = ListEdits(remove: claims.signingKeys)
        try directory.change("test") { try $0.editOperator(nil, edits) }
        claims = try directory.claims()
        #expect(claims.tags == ["eu"] && claims.serviceURLs == ["nats://localhost:4222"] && claims.signingKeys.isEmpty)
    }

    @Test func `claims that break a rule are not signed`() throws {
        let test = TestDirectory()
        let directory = try test.opened()
        var edits = OperatorEdits()
        edits.serviceURLs = ListEdits(add: ["http://localhost"])
        #expect(refusal { try directory.change("test") { try $0.editOperator(nil, edits) } } == .invalidClaims)
        #expect(try directory.claims().serviceURLs.isEmpty)
    }

    @Test func `a foreign key signs nothing`() throws {
        let test = TestDirectory()
        let directory = try test.opened()
        let foreign = SignerChoice.pair(KeyPair.generate(.operator))
        #expect(
            refusal { try directory.change("test") { try $0.addAccount(NewAccount(name: "A"), signer: foreign) } }
                == .refused)
        var edits = OperatorEdits()
        edits.tags = ListEdits(add: ["t"])
        #expect(
            refusal { try directory.change("test") { try $0.editOperator(nil, edits, signer: foreign) } } == .refused)
    }
}
