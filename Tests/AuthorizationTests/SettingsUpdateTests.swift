import Authorization
import Claims
import NKeys
import Testing

/// Which settings are taken in place of those in force (rules S8 and S14).
@Suite struct SettingsUpdateTests {
    private let world = World()

    private func settings(
        at issuedAt: Int64, signer: KeyPair? = nil, expires: Int64 = 0
    ) throws -> ResolvedSettings {
        var claims = SettingsClaims(subject: world.accountKey.publicKey.text)
        claims.common.expires = expires
        claims.quotas = ["messages": .number(1)]
        return try ResolvedSettings(token: claims.encode(signedBy: signer ?? world.operatorKey, at: issuedAt))
    }

    private func check(
        _ received: ResolvedSettings, stored: ResolvedSettings? = nil, isForced: Bool = false
    ) -> Result<ClaimsUpdate.Verdict, ClaimsUpdateRefusal> {
        Result { () throws(ClaimsUpdateRefusal) in
            try SettingsUpdate.check(received, stored: stored, trust: world.trust, at: 10_000, isForced: isForced)
        }
    }

    @Test func newerOnesAreTaken() throws {
        let stored = try settings(at: 5000)
        #expect(check(stored) == .success(.newer))
        #expect(check(stored, stored: stored) == .success(.unchanged))
        #expect(try check(settings(at: 5001), stored: stored) == .success(.newer))
    }

    @Test func timesAreOverriddenByForceAndNothingElse() throws {
        let stored = try settings(at: 5000)
        let older = ClaimsUpdateRefusal.older(stored: 5000, received: 4999)
        #expect(try check(settings(at: 4999), stored: stored) == .failure(older))
        #expect(try check(settings(at: 4999), stored: stored, isForced: true) == .success(.forced(older)))
        #expect(try check(settings(at: 13_601)) == .failure(.tooFarAhead(13_601)))
        #expect(try check(settings(at: 1, signer: .generate(.operator)), isForced: true) == .failure(.untrusted))
        #expect(try check(settings(at: 1, expires: 9999), isForced: true) == .failure(.expired))
    }

    @Test func anAccountIsUnderTheSettingsItIsGiven() throws {
        let account = try ResolvedAccount(token: world.account.encode(signedBy: world.operatorKey, at: 1))
        let settings = try settings(at: 5000)
        let governed = account.under(settings)
        #expect(governed.settings?.quotas == settings.claims.quotas)
        #expect(governed.settingsVersion == settings.version)
        #expect(governed.under(nil).settings == nil)
    }
}
