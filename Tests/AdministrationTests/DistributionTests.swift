import Claims
import NKeys
import Testing

@testable import Administration

@Suite struct DistributionTests {
    @Test func `a memory resolver's configuration holds every account in the order of keys`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A", "B", system: true)
        let (entry, accounts) = try directory.read { reader in
            let entry = try reader.operator(nil)
            return (entry, try reader.accounts(of: entry))
        }
        let text = try ResolverConfiguration(.memory, of: entry, accounts: accounts).text
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.contains("operator: \(entry.token)"))
        #expect(lines.contains("system_account: \(try entry.claims().systemAccount)"))
        #expect(lines.contains("resolver: MEMORY"))
        let preloaded = lines.filter { $0.hasPrefix("  A") }
        #expect(preloaded == accounts.map { "  \($0.publicKey): \($0.token)" }.sorted())
    }

    @Test func `a resolver that is pushed to starts with the system account alone`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A", system: true)
        let (entry, accounts) = try directory.read { reader in
            let entry = try reader.operator(nil)
            return (entry, try reader.accounts(of: entry))
        }
        for (resolver, type) in [(ResolverConfiguration.Resolver.full, "full"), (.cache, "cache")] {
            let text = try ResolverConfiguration(resolver, of: entry, accounts: accounts).text
            #expect(text.contains("type: \(type)"))
            #expect(text.split(separator: "\n").count { $0.hasPrefix("  A") } == 1)
        }
        let other = TestDirectory()
        let bare = try other.opened().read { try $0.operator(nil) }
        #expect(refusal { _ = try ResolverConfiguration(.full, of: bare, accounts: []) } == .notFound)
        _ = try ResolverConfiguration(.memory, of: bare, accounts: [])
    }

    @Test func `the user that pushes may do nothing else, and not for long`() throws {
        let test = TestDirectory()
        let directory = try test.opened(system: true)
        let signIn = try directory.change("push") { try $0.systemSignIn(at: Place(), for: .pushing) }.value
        let claims = try UserClaims.decode(signIn.token)
        #expect(claims.subject == signIn.keyPair.publicKey.text)
        #expect(claims.expires == TestDirectory.start + 120)
        #expect(
            claims.limits.permissions.publish.allow == [
                "$SYS.REQ.CLAIMS.LIST", "$SYS.REQ.CLAIMS.PACK", "$SYS.REQ.ACCOUNT.*.CLAIMS.LOOKUP",
                "$SYS.REQ.SERVER.PING.STATSZ", "$SYS.REQ.CLAIMS.UPDATE", "$SYS.REQ.ACCOUNT.*.CLAIMS.UPDATE",
                "$SYS.REQ.CHANCERY.SETTINGS.UPDATE",
            ])
        #expect(claims.limits.permissions.subscribe.allow == ["_INBOX_chancery_push.>"])
        #expect(try directory.claims(ofAccount: "SYS").didSign(claims))
        #expect(try directory.read { try $0.key(signIn.keyPair.publicKey) } == nil, "its key is not kept")
        let other = TestDirectory()
        let bare = try other.opened()
        #expect(
            refusal { try bare.change("push") { _ = try $0.systemSignIn(at: Place(), for: .pushing) } } == .notFound)
    }

    @Test(
        arguments: [
            (
                #"{"server":{"name":"n1","id":"N"},"data":{"account":"A","code":200,"message":"jwt updated"}}"#, "n1",
                true
            ),
            (#"{"server":{"id":"N"},"data":{"code":200,"message":"jwt update cache skipped"}}"#, "N", true),
            (#"{"server":{"id":"N"},"data":{"code":200,"message":"jwt update skipped"}}"#, "N", false),
            (#"{"server":{"name":"n1"},"error":{"code":500,"description":"jwt validation failed"}}"#, "n1", false),
            (#"{"server":{"name":"n1"}}"#, "n1", false), ("{}", "unknown", false), ("", "unknown", false),
            ("[1", "unknown", false),
        ])
    func `answers are understood, and what is not understood is a refusal`(
        _ payload: String, _ server: String, _ isAccepted: Bool
    ) {
        let answer = ClaimsAnswer(payload: Array(payload.utf8))
        #expect(answer.server == server && answer.isAccepted == isAccepted)
    }

    @Test func `what servers would refuse is not pushed`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        func check() throws {
            try directory.read { reader in
                let entry = try reader.operator(nil)
                try reader.checkBeforePush(reader.accounts(of: entry), of: entry, at: test.now)
            }
        }
        try check()
        var edits = AccountEdits()
        edits.validity.expires = TestDirectory.start + 10
        try directory.change("test") { try $0.editAccount(at: .account("A"), edits) }
        try check()
        test.now += 20
        #expect(refusal { try check() } == .invalidClaims)
    }
}
