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

    @Test func settingsAreTheOperatorsWord() throws {
        let key = world.accountKey.publicKey
        func settings(_ change: (inout GenericClaims) -> Void, signer: KeyPair? = nil) throws -> GenericClaims {
            var claims = GenericClaims(subject: key.text, type: SettingsClaims.typeName)
            claims.data["roles"] = .object(["AKEY": .object(["replies": .string("own")])])
            change(&claims)
            return try GenericClaims.decode(claims.encode(signedBy: signer ?? world.operatorKey, at: 1))
        }
        let read = try AcceptedSettings(settings { _ in }, account: key, trust: world.trust)
        #expect(read.replies(of: "AKEY") == .own && read.replies(of: "other") == .any)
        #expect(throws: SettingsRefusal.untrusted) {
            try AcceptedSettings(settings({ _ in }, signer: .generate(.operator)), account: key, trust: world.trust)
        }
        #expect(throws: SettingsRefusal.anotherAccount) {
            try AcceptedSettings(settings { _ in }, account: KeyPair.generate(.account).publicKey, trust: world.trust)
        }
        #expect(throws: SettingsRefusal.self) {
            try AcceptedSettings(
                settings { $0.data["roles"] = .object(["A": .object(["replies": .string("sometimes")])]) },
                account: key,
                trust: world.trust)
        }
    }
}
