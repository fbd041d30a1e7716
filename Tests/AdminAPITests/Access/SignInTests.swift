import Administration
import Audit
import Claims
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NIOEmbedded
import NKeys
import Testing

@testable import AdminAPI

@Suite struct SignInTests {
    private let own = "/v1/operators/O/accounts/OWN"

    /// A session for a key, and what was signed for it.
    private func signIn(_ pair: KeyPair, _ client: any TestClientProtocol) async throws -> (
        session: Reply, sign: String
    ) {
        let asked = try await client.send(
            .post, "/v1/auth/challenge", #"{"public_key":"\#(pair.publicKey.text)"}"#)
        let text = try #require(asked.json["sign"]?.text)
        let signature = Base64URL.text(try pair.sign(Array(text.utf8)))
        let nonce = asked.json["nonce"]?.text ?? ""
        return (
            try await client.send(.post, "/v1/auth/token", #"{"nonce":"\#(nonce)","signature":"\#(signature)"}"#), text
        )
    }

    private func give(_ test: TestService, _ pair: KeyPair, until expires: Int64?) throws -> AccessToken {
        var new = NewAccessToken(name: "k", grants: [AccessGrant(.systemAdmin)], expires: expires)
        new.publicKey = pair.publicKey
        let given = new
        return try test.directory.change("test") { try $0.addAccessToken(given).token }.value
    }

    @Test func `a session ends with the access that it came from, and is on record as its holder's`() async throws {
        let test = try TestService()
        let pair = KeyPair.generate(.user)
        let access = try give(test, pair, until: TestService.now + 60)
        try await test.test { client in
            let session = try await signIn(pair, client).session
            #expect(session.json["expires"]?.integer == TestService.now + 60)
            let token = "Bearer " + (session.json["token"]?.text ?? "")
            #expect(try await client.send(.put, own + "/roles/x", #"{"template":{}}"#, as: token).status == 201)
            let entries = try test.directory.audit(AuditQuery()).entries.map(\.record)
            let opened = try #require(entries.last { $0.operation == .tokenAdd })
            #expect(opened.actor.kind == .nkey && opened.actor.id == access.id)
            #expect(entries.last?.actor.kind == .nkey && entries.last?.actor.id == access.id)
            try test.directory.change("test") { try $0.revokeAccessToken(access.id) }
            #expect(try await client.send(.get, "/v1/auth/me", as: token).status == 401)
        }
    }

    @Test func `a repeat in another session of the same holder is a repeat`() async throws {
        let test = try TestService()
        let pair = KeyPair.generate(.user)
        _ = try give(test, pair, until: nil)
        let key = (Header.idempotencyKey, "0123456789abcdef")
        try await test.test { client in
            var replies: [Reply] = []
            for _ in 0..<2 {
                let token = "Bearer " + (try await signIn(pair, client).session.json["token"]?.text ?? "")
                replies.append(try await client.send(.put, own + "/users/new", "{}", as: token, [key]))
            }
            #expect(replies.map(\.status) == [201, 201])
            #expect(replies[1].headers[Header.replayed] == "true")
        }
    }

    @Test func `what is signed names the service as it is configured`() async throws {
        var options = AdminService.Options()
        options.publicName = "api.example.com"
        let test = try TestService(options)
        let pair = KeyPair.generate(.user)
        _ = try give(test, pair, until: nil)
        try await test.test { client in
            let (session, text) = try await signIn(pair, client)
            #expect(session.status == 200 && text.split(separator: "\n")[1] == "api.example.com")
        }
    }

    @Test func `without a name of its own the service signs in under its addresses alone`() throws {
        let channel = EmbeddedChannel()
        channel.localAddress = try SocketAddress(ipAddress: "127.0.0.1", port: 8420)
        let context = ServiceContext(
            source: ApplicationRequestContextSource(channel: channel, logger: Logger(label: "test")))
        for host in ["127.0.0.1:8420", "localhost:8420", "LOCALHOST:8420"] { #expect(context.isOwn(host)) }
        for host in ["evil.example:8420", "127.0.0.1", "", "127.0.0.1:8421", "localhost"] {
            #expect(!context.isOwn(host), "\(host)")
        }
        _ = try? channel.finish()
    }

    @Test func `what was made with a token ends with it`() async throws {
        let test = try TestService()
        let first = try test.token(AccessGrant(.systemAdmin))
        try await test.test { client in
            func make(as token: String) async throws -> (id: String, token: String) {
                let body = #"{"name":"t","grants":[{"role":"system-admin"}]}"#
                let reply = try await client.send(.post, "/v1/tokens", body, as: token)
                return (reply.json["id"]?.text ?? "", "Bearer " + (reply.json["token"]?.text ?? ""))
            }
            let stolen = try await make(as: first)
            let child = try await make(as: stolen.token)
            let grandchild = try await make(as: child.token)
            let reply = try await client.send(.post, "/v1/tokens/\(stolen.id):revoke", as: first)
            let ended = reply.json["revoked_with"]?.textElements ?? []
            #expect(reply.status == 200 && Set(ended) == [child.id, grandchild.id])
            for token in [stolen.token, child.token, grandchild.token] {
                #expect(try await client.send(.get, "/v1/auth/me", as: token).status == 401)
            }
            let old = try await make(as: first)
            let new = try await make(as: old.token)
            let kept = try await client.send(.post, "/v1/tokens/\(old.id):revoke?keep_given=true", as: new.token)
            #expect(kept.status == 200)
            #expect(try await client.send(.get, "/v1/auth/me", as: new.token).status == 200)
        }
    }

    @Test func `the use of a token that was taken back leads to it, and a refusal to the account`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.viewer))
        let id = try test.directory.read { try $0.accessTokens(limit: 9)[0].id }
        let account = try test.account("OWN").publicKey.text
        @Sendable func last() throws -> AuditRecord {
            let entries = try test.directory.audit(AuditQuery()).entries
            return try #require(entries.last).record
        }
        try await test.test { client in
            #expect(try await client.send(.put, own + "/roles/x", #"{"template":{}}"#, as: token).status == 403)
            let refused = try last()
            #expect(refused.object?.name == account && refused.reason == "not_allowed")
            try test.directory.change("test") { try $0.revokeAccessToken(id) }
            let reply = try await client.send(.get, "/v1/auth/me", as: token)
            #expect(reply.status == 401 && !reply.text.contains(id))
            let used = try last()
            #expect(used.actor.id == id && used.reason == "revoked_token")
        }
    }

    @Test func `whoever is refused too often is refused without a record`() async throws {
        let test = try TestService.limitingFailures()
        let token = try test.token(AccessGrant(.viewer))
        try await test.test { client in
            var statuses: [Int] = []
            for _ in 0..<4 {
                statuses.append(try await client.send(.put, own + "/roles/x", #"{"template":{}}"#, as: token).status)
            }
            #expect(statuses == [403, 403, 429, 429])
        }
    }

    @Test func `all tokens of an account together are refused on record as often as one is`() async throws {
        let test = try TestService.limitingFailures()
        let (here, there) = (try test.account("OWN").publicKey, try test.account("OTHER").publicKey)
        let tokens = try (0..<4).map { _ in try test.token(AccessGrant(.viewer, account: here)) }
        let other = try test.token(AccessGrant(.viewer, account: there))
        let wide = try test.token(AccessGrant(.viewer))
        let before = try test.directory.auditSize()
        try await test.test { client in
            var statuses: [Int] = []
            for token in tokens { statuses.append(try await client.send(.put, own, "{}", as: token).status) }
            #expect(statuses == [403, 403, 429, 429])
            #expect(try test.directory.auditSize() == before + 2)
            // Whoever asks for what he may is answered, and other accounts have their own.
            #expect(try await client.send(.get, own, as: tokens[3]).status == 200)
            #expect(try await client.send(.put, own, "{}", as: other).status == 403)
            #expect(try await client.send(.put, own, "{}", as: wide).status == 403)
        }
    }

    @Test func `account tokens are fetched without signing in only where that is wanted`() async throws {
        let test = try TestService()
        var options = AdminService.Options()
        options.answersResolvers = true
        let open = try TestService(options)
        for (service, status) in [(test, 404), (open, 200)] {
            let key = try service.account("OWN").publicKey.text
            try await service.test { client in
                for path in [key, ""] {
                    let reply = try await client.send(.get, "/jwt/v1/accounts/" + path)
                    #expect(reply.status == status)
                }
            }
        }
    }

    @Test func `nothing is revoked ahead of time`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.systemAdmin))
        try await test.test { client in
            for (ahead, status) in [(604, 422), (6, 422), (5, 200)] as [(Int64, Int)] {
                let body = #"{"through":\#(TestService.now + ahead)}"#
                let reply = try await client.send(.put, own + "/revocations/u", body, as: token)
                #expect(reply.status == status, "\(ahead)")
            }
        }
    }
}
