import Administration
import Claims
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import AdminAPI

@Suite struct RevocationTests {
    private let own = "/v1/operators/O/accounts/OWN"

    @Test func `a bounded administrator revokes, and takes nothing back`() async throws {
        let test = try TestService()
        var ceiling = AccessCeiling()
        ceiling.lifetime = 3_600
        let key = try test.account("OWN").publicKey
        let bounded = try test.token(AccessGrant(.accountAdmin, account: key, ceiling: ceiling))
        let whole = try test.token(AccessGrant(.accountAdmin, account: key))
        try await test.test { client in
            #expect(try await client.send(.put, own + "/revocations/u", "{}", as: bounded).status == 200)
            let tag = try #require(try await client.send(.get, own, as: bounded).tag)
            let kept = try await client.send(.delete, own + "/revocations/u", nil, as: bounded, [(.ifMatch, tag)])
            #expect(kept.status == 403 && kept.code == "above_ceiling" && kept.json["audit_id"] != nil)
            let gone = try await client.send(.delete, own + "/revocations/u", nil, as: whole, [(.ifMatch, tag)])
            #expect(gone.status == 200)
        }
    }
}
