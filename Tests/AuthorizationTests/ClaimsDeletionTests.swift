import Authorization
import Claims
import NKeys
import Testing

/// Which requests to delete accounts are carried out (rule S9).
@Suite struct ClaimsDeletionTests {
    private let world = World()
    private let account = KeyPair.generate(.account).publicKey.text

    private func request(
        _ accounts: JSONValue?, signer: KeyPair? = nil, subject: String? = nil, expires: Int64 = 10_060
    ) throws -> String {
        let signer = signer ?? world.operatorKey
        var claims = GenericClaims(subject: subject ?? signer.publicKey.text)
        claims.data["accounts"] = accounts
        claims.expires = expires
        return try claims.encode(signedBy: signer, at: 10_000)
    }

    private func named(_ accounts: String...) -> JSONValue { .array(accounts.map(JSONValue.string)) }

    private func outcome(
        _ token: String, _ deletion: inout ClaimsDeletion, trust: Trust? = nil
    ) -> Result<[PublicKey], ClaimsDeletionRefusal> {
        Result { () throws(ClaimsDeletionRefusal) in
            try deletion.accept(token, trust: trust ?? world.trust, at: 10_000)
        }
    }

    @Test func theOperatorDeletesOnce() throws {
        var deletion = ClaimsDeletion()
        let token = try request(named(account))
        #expect(try outcome(token, &deletion) == .success([PublicKey(account)]))
        #expect(outcome(token, &deletion) == .failure(.repeated))
        let another = try request(named(account), expires: 10_061)
        #expect(try outcome(another, &deletion) == .success([PublicKey(account)]))
    }

    @Test func nobodyElseDoes() throws {
        var deletion = ClaimsDeletion()
        let stranger = KeyPair.generate(.operator)
        #expect(try outcome(request(named(account), signer: stranger), &deletion) == .failure(.untrusted))
        #expect(try outcome(request(named(account), subject: account), &deletion) == .failure(.notSelfSigned))
        #expect(try outcome(request(named(account), expires: 9_999), &deletion) == .failure(.expired))
        guard case .failure(.undecodable) = outcome("nonsense", &deletion) else { Issue.record("taken"); return }
    }

    @Test func onlyKeysOfAccountsAreNames() throws {
        var deletion = ClaimsDeletion()
        let user = KeyPair.generate(.user).publicKey.text
        for names in [nil, .array([]), .string(account), named("../x"), named(account, user), .array([.bool(true)])]
            as [JSONValue?]
        {
            #expect(try outcome(request(names), &deletion) == .failure(.malformed))
        }
    }

    /// Refused requests are not remembered, and the system account stays whoever asks.
    @Test func theSystemAccountStays() throws {
        var deletion = ClaimsDeletion()
        var trust = world.trust
        trust.systemAccount = try .key(PublicKey(account))
        let token = try request(named(account))
        #expect(outcome(token, &deletion, trust: trust) == .failure(.systemAccount))
        #expect(try outcome(token, &deletion) == .success([PublicKey(account)]))
    }
}
