import Administration
import Claims
import Foundation
import Hummingbird
import HummingbirdTesting
import NKeys
import Synchronization
import Testing

@testable import AdminAPI

/// What many requests of one tenant are for others.
@Suite struct FairTests {
    private static let path = "/v1/operators/O/accounts/"

    private func run(
        _ service: AdminService, _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        try await Application(responder: service).test(.router) { client in try await body(client) }
    }

    /// Every item of a list, page after page, and how many items the pages had.
    private static func items(
        _ path: String, _ client: any TestClientProtocol, as token: String
    ) async throws -> (items: [JSONValue], pages: [Int]) {
        var (items, pages, next): ([JSONValue], [Int], String?) = ([], [], path)
        while let target = next {
            let reply = try await client.send(.get, target, as: token)
            #expect(reply.status == 200, "\(reply.text)")
            let page = reply.json["items"]?.elements ?? []
            items = page + items
            pages.append(page.count)
            #expect((reply.json["is_cut"]?.flag ?? false) == (reply.json["next"] != nil))
            next = reply.json["next"]?.text.map { path + (path.contains("?") ? "&" : "?") + "cursor=\($0)" }
        }
        return (items, pages)
    }

    @Test func `pages that end early lead to what one large page has`() async throws {
        let test = try TestService()
        let (own, other) = (try test.account("OWN").publicKey, try test.account("OTHER").publicKey)
        let token = try test.token(AccessGrant(.systemAdmin))
        let tenant = try test.token(AccessGrant(.accountAdmin, account: own))
        try await test.test { client in
            for (name, count) in [("OWN", 4), ("OTHER", 30), ("OWN", 3)] {
                for number in 0..<count {
                    let user = Self.path + "\(name)/users/\(name)\(count)-\(number)"
                    let made = try await client.send(.put, user, "{}", as: token)
                    #expect(made.status == 201)
                }
            }
        }
        var bounded = test.service
        bounded.recordsLookedAt = 5
        let paths = [
            ("/v1/audit/admin", token), ("/v1/audit/admin?limit=3", token), ("/v1/audit/admin?operation=log", token),
            ("/v1/audit/admin?object=OWN3-1", token), ("/v1/audit/admin?account=\(own.text)&limit=2", token),
            ("/v1/audit/admin?operation=user&outcome=changed&kind=admin", token),
            ("/v1/audit/admin?user=OWN4-0", token), ("/v1/audit/admin?operation=nope.nope", token),
            (Self.path + "OWN/audit/admin", tenant), (Self.path + "OWN/audit/admin?operation=account&limit=1", tenant),
        ]
        for (path, token) in paths {
            let whole = Mutex<[JSONValue]>([])
            try await run(test.service) { client in
                let found = try await Self.items(path, client, as: token).items
                whole.withLock { $0 = found }
            }
            try await run(bounded) { client in
                let found = try await Self.items(path, client, as: token)
                #expect(found.items == whole.withLock { $0 }, "\(path)")
                #expect(found.pages.count > 1 && found.pages.allSatisfy { $0 <= 5 }, "\(path)")
            }
        }
        try await run(bounded) { client in
            #expect(try await Self.items("/v1/audit/admin?operation=log", client, as: token).pages.first == 0)
            // What others do is not on the way.
            let found = try await Self.items(Self.path + "OWN/audit/admin", client, as: tenant)
            #expect(found.items.count > 7 && found.pages.count == (found.items.count + 4) / 5, "\(found.pages)")
            #expect(!found.items.contains { $0.jsonText.contains(other.text) })
        }
    }

    @Test func `tokens of one account wait as one`() async throws {
        let test = try TestService()
        let (own, other) = (try test.account("OWN").publicKey, try test.account("OTHER").publicKey)
        let ours = try [.accountAdmin, .viewer].map { try test.token(AccessGrant($0, account: own)) }
        let theirs = try test.token(AccessGrant(.accountAdmin, account: other))
        let service = test.service
        try await test.test { client in
            let end = DispatchSemaphore(value: 0)
            try await withThrowingTaskGroup(of: Reply?.self) { group in
                // Every thread has something to do.
                for _ in 0..<Directory.mostSearches {
                    group.addTask {
                        try await service.search(for: own.text) { _ in end.wait() }
                        return nil
                    }
                }
                while await service.searches.isFree { await Task.yield() }
                for number in 0...AdminService.mostSearchesWaiting {
                    group.addTask { try await client.send(.get, Self.path + "OWN/roles", as: ours[number % 2]) }
                }
                // One of them is too many, whichever it is.
                let first = try #require(try await group.next())
                #expect(
                    first?.status == 429 && first?.code == "rate_limited" && first?.headers[Header.retryAfter] == "1")
                group.addTask { try await client.send(.get, Self.path + "OTHER/roles", as: theirs) }
                for _ in 0..<Directory.mostSearches { end.signal() }
                for try await reply in group { #expect(reply?.status ?? 200 == 200, "\(reply?.text ?? "")") }
            }
        }
    }

    @Test func `whoever has more than one account is nobody's tenant`() throws {
        let test = try TestService()
        let (own, other) = (try test.account("OWN").publicKey, try test.account("OTHER").publicKey)
        func party(_ grants: AccessGrant...) -> String {
            Caller(
                token: AccessToken(
                    id: "id", name: "n", kind: .bearer, publicKey: nil, fingerprint: nil, grants: grants, createdAt: 0,
                    createdBy: "x", expires: nil, revokedAt: nil)
            ).party
        }
        let issuer = AccessGrant(.issuer, account: own, signingRole: "r")
        #expect(party(AccessGrant(.accountAdmin, account: own)) == own.text)
        #expect(party(issuer, AccessGrant(.accountAdmin, account: own)) == own.text)
        #expect(party(issuer, AccessGrant(.accountAdmin, account: other)) == "id")
        #expect(party(issuer, AccessGrant(.viewer)) == "id" && party(AccessGrant(.viewer)) == "id" && party() == "id")
    }
}
