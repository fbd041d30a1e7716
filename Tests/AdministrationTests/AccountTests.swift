import Claims
import NKeys
import Testing

@testable import Administration

@Suite struct AccountTests {
    @Test func `a new account is unlimited, without JetStream`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let claims = try directory.claims(ofAccount: "A")
        #expect(claims.limits == .unlimited)
        #expect(claims.issuer == (try directory.claims().subject))
    }

    @Test func `limits are set one by one`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        var edits = AccountEdits()
        (edits.connections, edits.payload, edits.wildcardExports, edits.disallowBearer) = (10, 1 << 20, false, true)
        edits.tags = ListEdits(add: ["Team:Red", "team:red"])
        edits.defaultPermissions.denyPublish = ["x.>"]
        edits.traceSubject = "trace"
        edits.traceSampling = 50
        try directory.change("test") { try $0.editAccount(at: .account("A"), edits) }
        let claims = try directory.claims(ofAccount: "A")
        #expect(claims.limits.connections == 10 && claims.limits.payload == 1 << 20)
        #expect(!claims.limits.wildcardExports && claims.limits.disallowBearer)
        #expect(claims.limits.subscriptions == -1, "what was not named stays")
        #expect(claims.tags == ["team:red"])
        #expect(claims.defaultPermissions.publish.deny == ["x.>"])
        #expect(claims.trace == MessageTrace(destination: "trace", sampling: 50))
    }

    @Test func `JetStream is enabled for the account or for tiers, never for both`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        func edit(_ change: (inout JetStreamEdits) -> Void) throws -> AccountLimits {
            var edits = AccountEdits()
            change(&edits.jetStream)
            try directory.change("test") { try $0.editAccount(at: .account("A"), edits) }
            return try directory.claims(ofAccount: "A").limits
        }
        var limits = try edit { $0.enable = 0 }
        #expect(limits.jetStream.memoryStorage == -1 && limits.jetStream.diskStorage == -1)
        #expect(limits.jetStream.streams == 0)
        limits = try edit { ($0.streams, $0.diskStorage) = (5, 1 << 30) }
        #expect(limits.jetStream.streams == 5 && limits.jetStream.diskStorage == 1 << 30)

        #expect(refusal { _ = try edit { ($0.tier, $0.diskStorage) = (1, 5) } } == .invalidClaims)
        limits = try edit { ($0.disable, $0.tier, $0.diskStorage) = (true, 3, 7) }
        #expect(limits.jetStream == JetStreamLimits())
        #expect(limits.tieredJetStream.keys.sorted() == ["R3"] && limits.tieredJetStream["R3"]?.diskStorage == 7)
        #expect(refusal { _ = try edit { $0.removeTier = 1 } } == .notFound)
        #expect(refusal { _ = try edit { ($0.tier, $0.streams) = (9, 5) } } == .invalidValue)
        limits = try edit { $0.removeTier = 3 }
        #expect(!limits.isJetStreamEnabled)
    }

    @Test func `a key that was made elsewhere becomes the account`() throws {
        let test = TestDirectory()
        let directory = try test.opened()
        let pair = KeyPair.generate(.account)
        var new = NewAccount(name: "A")
        new.publicKey = pair.publicKey
        try directory.change("test") { try $0.addAccount(new) }
        #expect(try directory.claims(ofAccount: "A").subject == pair.publicKey.text)
        // Its seed is elsewhere, so its users are signed with what is handed over.
        let add = { (signer: SignerChoice) in
            try directory.change("test") { try $0.addUser(NewUser(name: "u"), at: .account("A"), signer: signer) }
        }
        #expect(refusal { _ = try add(.automatic) } == .seedMissing)
        _ = try add(.pair(pair))
        #expect(try directory.findings(at: test.now).isEmpty)

        new.name = "B"
        #expect(refusal { try directory.change("test") { try $0.addAccount(new) } } == .alreadyExists)
        new.publicKey = KeyPair.generate(.user).publicKey
        #expect(refusal { try directory.change("test") { try $0.addAccount(new) } } == .invalidValue)
    }

    @Test(arguments: ["", "  ", "a/b", "a\\b", "a\nb", "ADJUAP3DJ56OT2LT6BHOW7KLRGXIERWCW2HR7KW5HRHN2X4NKPCJ7TVA"])
    func `names that cannot be told apart or written down are refused`(_ name: String) throws {
        let test = TestDirectory()
        let directory = try test.opened()
        #expect(refusal { try directory.change("test") { try $0.addAccount(NewAccount(name: name)) } } == .invalidValue)
    }

    @Test(arguments: ["a b", "a@b", "日本", "-", String(repeating: "x", count: 249)])
    func `other names are taken as they are`(_ name: String) throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: name)
        #expect(try directory.claims(ofAccount: name).name == name)
    }

    @Test func `an edit that says nothing is refused`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        #expect(
            refusal { try directory.change("test") { try $0.editAccount(at: .account("A"), AccountEdits()) } }
                == .invalidValue)
    }

    @Test func `a validity in the past is refused, and an account whose validity is over can still be changed`() throws
    {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        var edits = AccountEdits()
        edits.validity.expires = TestDirectory.start
        #expect(
            refusal { try directory.change("test") { try $0.editAccount(at: .account("A"), edits) } } == .invalidValue)
        edits.validity.expires = TestDirectory.start + 10
        try directory.change("test") { try $0.editAccount(at: .account("A"), edits) }
        test.now += 20
        var others = AccountEdits()
        others.tags.add = ["t"]
        let report = try directory.change("test") { try $0.editAccount(at: .account("A"), others) }.report
        #expect(report.warnings == ["account \"A\": claim is expired"])
        #expect(try directory.findings(at: test.now).map(\.level) == [.time])
    }
}
