import Administration
import Claims
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NKeys
import Testing

@testable import AdminAPI

/// What tenants can do to each other, to the service and to themselves.
@Suite struct TenantTests {
    private let own = "/v1/operators/O/accounts/OWN"

    @Test func `a name is what it looks like`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.systemAdmin))
        try await test.test { client in
            let names = [
                " u", "u ", "\u{A0}u", "a\u{200B}b", "a\u{202E}b", "a\u{2028}b", "a\u{A0}b", "*",
                "chy_" + String(repeating: "a", count: 12) + "_" + String(repeating: "b", count: 52),
            ]
            for name in names {
                for kind in ["users", "roles"] {
                    let path = own + "/\(kind)/" + RequestPath.encoded(name)
                    let reply = try await client.send(
                        .put, path, kind == "users" ? "{}" : #"{"template":{}}"#, as: token)
                    #expect(reply.status == 422, "\(kind) \(name.debugDescription): \(reply.text)")
                }
            }
            let role = try await client.send(.put, own + "/roles/%20r", #"{"template":{}}"#, as: token)
            #expect(role.status == 422)
        }
    }

    @Test func `what a user had before counts no more once it may do less`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.systemAdmin))
        @Sendable func revoked() throws -> Int64? {
            let account = try test.account("OWN")
            let user = try test.directory.read { try $0.user(EntityReference("v"), of: account) }
            return try account.claims().revocations.entries[user.publicKey.text]
        }
        try await test.test { client in
            let path = own + "/users/v"
            func put(_ body: String) async throws -> Reply {
                let tag = try #require(try await client.send(.get, path, as: token).tag)
                return try await client.send(.put, path, body, as: token, [(.ifMatch, tag)])
            }
            let made = try await client.send(.put, path, "{}", as: token)
            #expect(made.status == 201)
            // The same again takes nothing away.
            #expect(try await put(#"{"tags":["a"]}"#).status == 200)
            #expect(try revoked() == nil)
            let less = try await put(#"{"limits":{"pub":{"allow":["x"]}}}"#)
            #expect(less.status == 200 && less.json["revoked"]?.flag == false)
            let first = try #require(try revoked())
            #expect(first >= made.json["issued_at"]?.integer ?? .max)
            #expect(less.json["issued_at"]?.integer ?? 0 > first)
            #expect(try await put(#"{"role":"r"}"#).status == 200)
            #expect(try revoked() ?? 0 > first)
        }
    }

    @Test func `a user whose role is gone is not signed as one with permissions of its own`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.systemAdmin))
        try await test.test { client in
            let tag = try #require(try await client.send(.get, own + "/roles/r", as: token).tag)
            #expect(try await client.send(.delete, own + "/roles/r", nil, as: token, [(.ifMatch, tag)]).status == 200)
            let user = try await client.send(.get, own + "/users/u", as: token)
            #expect(user.json["limits"] == nil && user.json["fault"] != nil)
            let issued = try await client.send(.post, own + "/users/u:issue", as: token)
            #expect(issued.status == 409, "\(issued.text)")
        }
    }

    @Test func `what could be read in two ways is refused`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.systemAdmin))
        try await test.test { client in
            for body in [
                #"{"tags":["a"],"tags":[]}"#, #"{"tags":["a"],"\u0074ags":[]}"#, #"{"limits":{"subs":1,"subs":2}}"#,
            ] {
                let reply = try await client.send(.put, own + "/users/n", body, as: token)
                #expect(reply.status == 400 && reply.code == "bad_json", "\(body)")
            }
            #expect(try await client.send(.put, own + "/users/n", #"{"tags":["a:\"b:"]}"#, as: token).status == 201)
            let star = try await client.send(
                .put, own + "/roles/new", #"{"template":{}}"#, as: token, [(.ifMatch, "*")])
            #expect(star.status == 412)
        }
    }

    @Test func `where no server has to do with a change, it is in force nowhere`() {
        #expect(!DistributionOutcome().isInForce)
        #expect(DistributionOutcome(servers: [.init(server: "s", account: "A", state: .inForce)]).isInForce)
    }

    @Test func `an account's administrator knows its place, and lets others look at it`() async throws {
        let test = try TestService()
        let account = try test.account("OWN")
        let (key, other) = (account.publicKey.text, try test.account("OTHER").publicKey.text)
        let owner = try test.token(AccessGrant(.operatorAdmin, operator: account.operator))
        try await test.test { client in
            func give(_ grant: String, as token: String) async throws -> Reply {
                try await client.send(.post, "/v1/tokens", #"{"name":"t","grants":[\#(grant)]}"#, as: token)
            }
            // The operator of an account goes without saying.
            let given = try await give(#"{"role":"account-admin","account":"\#(key)"}"#, as: owner)
            #expect(given.status == 201, "\(given.text)")
            let tenant = "Bearer " + (given.json["token"]?.text ?? "")
            let place = try await client.send(.get, "/v1/auth/me", as: tenant).json["places"]?.elements?.first
            #expect(place?["path"]?.text == own && place?["account"]?.text == "OWN")
            for role in ["viewer", "auditor"] {
                #expect(try await give(#"{"role":"\#(role)","account":"\#(key)"}"#, as: tenant).status == 201)
                #expect(try await give(#"{"role":"\#(role)","account":"\#(other)"}"#, as: tenant).status == 403)
                #expect(try await give(#"{"role":"\#(role)"}"#, as: tenant).status == 403)
            }
            #expect(try await give(#"{"role":"operator-admin"}"#, as: tenant).status == 403)
        }
    }

    @Test func `a tenant's account always has room for a revocation, and others are not in its way`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.accountAdmin, account: test.account("OWN").publicKey))
        try await test.test { client in
            let subjects = (0..<3_000).map { "\"" + String(repeating: "x", count: 150) + "\($0)\"" }
            let body = #"{"template":{"pub":{"allow":[\#(subjects.joined(separator: ","))]}}}"#
            let reply = try await client.send(.put, own + "/roles/fat", body, as: token)
            #expect(reply.status == 422 && reply.json["errors"]?.elements?.first?["code"]?.text == "size")
            #expect(try await client.send(.put, own + "/revocations/u", "{}", as: token).status == 200)
        }
    }

    @Test func `one source has not all the connections`() throws {
        let count = ConnectionCount()
        for _ in 0..<ConnectionCount.mostOfSource { #expect(count.enter("a")) }
        #expect(!count.enter("a") && count.enter("b"))
        count.leave("a")
        #expect(count.enter("a"))
        #expect(ConnectionCount.source(try SocketAddress(ipAddress: "10.0.0.1", port: 1)) == "10.0.0.1")
        for own in ["127.0.0.1", "::1"] {
            #expect(ConnectionCount.source(try SocketAddress(ipAddress: own, port: 1)) == nil)
        }
    }
}
