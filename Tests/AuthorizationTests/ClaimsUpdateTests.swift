import Authorization
import Claims
import NKeys
import Testing

/// Which account JWTs are taken in place of the one in force (rules S8 and S14).
@Suite struct ClaimsUpdateTests {
    private let world = World()

    private func account(at issuedAt: Int64, signer: KeyPair? = nil, name: String = "ACME") throws -> ResolvedAccount {
        var claims = world.account
        claims.name = name
        return try ResolvedAccount(token: claims.encode(signedBy: signer ?? world.operatorKey, at: issuedAt))
    }

    private func check(
        _ received: ResolvedAccount, stored: ResolvedAccount? = nil, named: String? = nil, isForced: Bool = false
    ) -> Result<ClaimsUpdate.Verdict, ClaimsUpdateRefusal> {
        Result { () throws(ClaimsUpdateRefusal) in
            try ClaimsUpdate.check(
                received, named: named, stored: stored, trust: world.trust, at: 10_000, isForced: isForced)
        }
    }

    @Test func newerOnesAreTaken() throws {
        let stored = try account(at: 5000)
        #expect(check(stored) == .success(.newer))
        #expect(try check(account(at: 5001), stored: stored) == .success(.newer))
        #expect(check(stored, stored: stored) == .success(.unchanged))
        #expect(try check(account(at: 5000, name: "OTHER"), stored: stored) == .success(.sameTime))
    }

    @Test func nothingRollsBackUnlessForced() throws {
        let stored = try account(at: 5000)
        let older = try account(at: 4999)
        let refusal = ClaimsUpdateRefusal.older(stored: 5000, received: 4999)
        #expect(check(older, stored: stored) == .failure(refusal))
        #expect(check(older, stored: stored, isForced: true) == .success(.forced(refusal)))
    }

    @Test func theFutureIsAnHourLong() throws {
        #expect(try check(account(at: 13_600)) == .success(.newer))
        for time in [13_601, Int64.max] {
            let ahead = try account(at: time)
            #expect(check(ahead) == .failure(.tooFarAhead(time)))
            #expect(check(ahead, isForced: true) == .success(.forced(.tooFarAhead(time))))
        }
    }

    /// Trust goes before everything else, and no force overrides it.
    @Test func trustIsNotForced() throws {
        let stranger = try account(at: 5000, signer: .generate(.operator))
        #expect(check(stranger, isForced: true) == .failure(.untrusted))
        #expect(try check(account(at: 5000), named: "A") == .failure(.subjectMismatch))
        var broken = world.account
        broken.exports = [Export(subject: "a..b", type: .stream)]
        let invalid = try ResolvedAccount(token: broken.encode(signedBy: world.operatorKey, at: 5000))
        guard case .failure(.invalid) = check(invalid, isForced: true) else { Issue.record("taken"); return }
    }

    /// Rule S16: a role's `replies` come from settings that a trusted operator signed for this account.
    @Test func settingsAreTheOperatorsWord() throws {
        var world = World()
        var template = UserPermissionLimits()
        template.permissions.subscribe.allow = ["_INBOX.me.>"]
        world.user.limits = .scoped
        world.useSigningKey { .scope(UserScope(key: $0, role: "r", template: template)) }
        let key = world.accountKey.publicKey
        func settings(_ subject: String, _ signer: KeyPair) throws -> SettingsClaims {
            var claims = SettingsClaims(subject: subject)
            claims.roles[world.signingKey.publicKey.text] = RoleSettings(replies: .own)
            return try SettingsClaims.decode(claims.encode(signedBy: signer, at: 1))
        }
        let read = try settings(key.text, world.operatorKey)
        #expect(world.trust.accepts(read, of: key))
        #expect(try !world.trust.accepts(settings(key.text, .generate(.operator)), of: key))
        #expect(!world.trust.accepts(read, of: KeyPair.generate(.account).publicKey))

        let token = try world.account.encode(signedBy: world.operatorKey, at: 1000)
        for (account, isAllowed) in [
            (try ResolvedAccount(token: token, settings: read), false), (try ResolvedAccount(token: token), true),
        ] {
            guard case .admitted(let principal) = try world.admit(account: account) else { Issue.record("no"); return }
            #expect(principal.permissions.decide(reply: Array("orders".utf8).span).isAllowed == isAllowed)
            #expect(principal.permissions.decide(reply: Array("_INBOX.me.1".utf8).span).isAllowed)
        }
    }
}
