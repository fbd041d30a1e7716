import Administration
import Claims
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Secrets
import Synchronization
import Testing

@testable import AdminAPI

@Suite struct AnswerMemoryTests {
    private let own = "/v1/operators/O/accounts/OWN"

    @Test func `what was answered before counts until anything changes`() async throws {
        let test = try TestService()
        let key = try test.account("OWN").publicKey
        let token = try test.token(AccessGrant(.viewer, account: key))
        try await test.test { client in
            let first = try await client.send(.get, own, as: token)
            let again = try await client.send(.get, own, as: token)
            #expect(first.status == 200 && again.text == first.text && again.tag == first.tag)
            #expect(again.headers[.contentType] == first.headers[.contentType])
            let tag = try #require(first.headers[.eTag])
            let same = try await client.send(.get, own, as: token, [(.ifNoneMatch, tag)])
            #expect(same.status == 304 && same.text.isEmpty)
            // Another connection, as that of another process.
            let other = try Directory.open(
                test.directory.home, creating: false,
                surroundings: Directory.Surroundings(now: { TestService.now }, actor: "local:other"))
            try other.change("test") { change in
                try change.changeAccount(change.reader.account(EntityReference("OWN"), of: change.reader.operator(nil)))
                {
                    $0.description = "changed"
                }
            }
            let changed = try await client.send(.get, own, as: token)
            #expect(changed.status == 200 && changed.tag != first.tag && changed.text.contains("changed"))
        }
    }

    @Test func `no answer is given to another token, a wrong secret, or one that was taken back`() async throws {
        let test = try TestService()
        let (key, foreign) = (try test.account("OWN").publicKey, try test.account("OTHER").publicKey)
        let token = try test.token(AccessGrant(.viewer, account: key))
        let stranger = try test.token(AccessGrant(.viewer, account: foreign))
        try await test.test { client in
            for _ in 0..<2 { #expect(try await client.send(.get, own, as: token).status == 200) }
            #expect(try await client.send(.get, own, as: stranger).status == 403)
            for _ in 0..<2 { #expect(try await client.send(.get, own, as: token).status == 200) }
            let wrong = token.dropLast() + (token.hasSuffix("a") ? "b" : "a")
            #expect(try await client.send(.get, own, as: String(wrong)).status == 401)
            for _ in 0..<2 { #expect(try await client.send(.get, own, as: token).status == 200) }
            let id = String(token.dropFirst("Bearer chy_".count).prefix(12))
            // By another process, as the command line is.
            let other = try Directory.open(
                test.directory.home, creating: false,
                surroundings: Directory.Surroundings(now: { TestService.now }, actor: "local:other"))
            try other.change("test") { try $0.revokeAccessToken(id) }
            #expect(try await client.send(.get, own, as: token).status == 401)
        }
    }

    @Test func `no answer is given to a token that has expired, while nothing in the directory changes`() async throws {
        let test = try TestService()
        let clock = Mutex(TestService.now)
        let service = AdminService(
            test.directory, distributor: nil, options: AdminService.Options(), now: { clock.withLock { $0 } })
        let secret = try test.directory.change("test") {
            try $0.addAccessToken(
                NewAccessToken(name: "short", grants: [AccessGrant(.systemAdmin)], expires: TestService.now + 10)
            ).secret
        }.value
        let token = try #require(secret).withBytes { "Bearer " + String(decoding: $0, as: UTF8.self) }
        try await Application(responder: service).test(.router) { (client: any TestClientProtocol) async throws in
            for _ in 0..<2 { #expect(try await client.send(.get, own, as: token).status == 200) }
            clock.withLock { $0 += 10 }
            #expect(try await client.send(.get, own, as: token).status == 200)
            clock.withLock { $0 += 1 }
            #expect(try await client.send(.get, own, as: token).status == 401)
        }
    }
}
