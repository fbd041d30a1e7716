import Administration
import Claims
import HTTPTypes
import HummingbirdTesting
import NKeys
import Testing

@testable import AdminAPI

/// A key or a certificate that has access from several who must not learn of each other.
@Suite struct SharedKeyTests {
    private func signIn(
        _ pair: KeyPair, _ token: String?, _ client: any TestClientProtocol
    ) async throws -> Reply {
        let asked = try await client.send(.post, "/v1/auth/challenge", #"{"public_key":"\#(pair.publicKey.text)"}"#)
        let text = try #require(asked.json["sign"]?.text)
        let body = JSONValue.members([
            "nonce": asked.json["nonce"], "signature": .string(Base64URL.text(try pair.sign(Array(text.utf8)))),
            "token": token.map { .string($0) },
        ])
        return try await client.send(.post, "/v1/auth/token", body.jsonText)
    }

    /// Gives access to a tenant's account, for a key or a certificate.
    private func bind(
        _ member: String, to account: AccountEntry, as token: String, _ client: any TestClientProtocol
    ) async throws -> Reply {
        let grant = #"{"role":"viewer","account":"\#(account.publicKey.text)"}"#
        return try await client.send(.post, "/v1/tokens", #"{"name":"ci","grants":[\#(grant)],\#(member)}"#, as: token)
    }

    private func members(_ pair: KeyPair) -> [String] {
        [
            #""public_key":"\#(pair.publicKey.text)""#,
            #""fingerprint":"\#(String(repeating: "ab", count: 32))""#,
        ]
    }

    @Test func `a tenant does not learn whether another one has given access to a key`() async throws {
        let test = try TestService()
        let pair = KeyPair.generate(.user)
        let (own, other) = (try test.account("OWN"), try test.account("OTHER"))
        let tenant = try test.token(AccessGrant(.accountAdmin, account: own.publicKey))
        let another = try test.token(AccessGrant(.accountAdmin, account: other.publicKey))
        try await test.test { client in
            for member in members(pair) {
                let fresh = try await bind(member, to: own, as: tenant, client)
                let taken = try await bind(member, to: other, as: another, client)
                #expect(fresh.status == 201 && taken.status == 201, "\(taken.text)")
                let names = [fresh, taken].map { Set(($0.json.members ?? [:]).map(\.key)) }
                #expect(names[0] == names[1])
                // One's own is told.
                #expect(try await bind(member, to: own, as: tenant, client).status == 409)
                // Whoever sees both may not add a third.
                let admin = try test.token(AccessGrant(.systemAdmin))
                #expect(try await bind(member, to: own, as: admin, client).status == 409)
            }
            let seen = try await client.send(.get, "/v1/tokens", as: another)
            #expect(!seen.text.contains(own.publicKey.text))
        }
    }

    @Test func `a key signs in with the access that it names, or the first one`() async throws {
        let test = try TestService()
        let pair = KeyPair.generate(.user)
        let accounts = [try test.account("OWN"), try test.account("OTHER")]
        try await test.test { client in
            var ids: [String] = []
            for account in accounts {
                let tenant = try test.token(AccessGrant(.accountAdmin, account: account.publicKey))
                let made = try await bind(members(pair)[0], to: account, as: tenant, client)
                ids.append(try #require(made.json["id"]?.text))
            }
            for (id, expected) in [(nil, accounts[0]), (ids[0], accounts[0]), (ids[1], accounts[1])] {
                let session = try await signIn(pair, id, client)
                let token = "Bearer " + (session.json["token"]?.text ?? "")
                let me = try await client.send(.get, "/v1/auth/me", as: token)
                #expect(me.text.contains(expected.publicKey.text), "\(session.text) \(me.text)")
            }
            // The access of another key, and none at all.
            let stranger = KeyPair.generate(.user)
            #expect(try await signIn(stranger, ids[0], client).status == 401)
            #expect(try await signIn(pair, "aaaaaaaaaaaa", client).status == 401)
        }
    }
}
