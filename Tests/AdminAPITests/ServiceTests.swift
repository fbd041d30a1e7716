import Administration
import Audit
import Claims
import HTTPTypes
import HummingbirdTesting
import NKeys
import Testing

@testable import AdminAPI

@Suite struct ServiceTests {
    private let own = "/v1/operators/O/accounts/OWN"

    @Test func `a change says which version it means`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.systemAdmin))
        try await test.test { client in
            let before = try await client.send(.get, own, as: token)
            let tag = try #require(before.tag)
            let blind = try await client.send(.put, own + "/limits", "{}", as: token)
            #expect(blind.status == 428 && blind.tag == tag)
            let stale = try await client.send(.put, own + "/limits", "{}", as: token, [(.ifMatch, "\"00\"")])
            #expect(stale.status == 412 && stale.tag == tag)
            let done = try await client.send(.put, own + "/limits", #"{"conn":5}"#, as: token, [(.ifMatch, tag)])
            #expect(done.status == 200 && done.json["conn"]?.integer == 5)
            #expect(done.tag != tag)
            let again = try await client.send(.put, own + "/limits", #"{"conn":6}"#, as: token, [(.ifMatch, tag)])
            #expect(again.status == 412)
            let exists = try await client.send(.put, own, "{}", as: token, [(.ifNoneMatch, "*")])
            #expect(exists.status == 412)
            let known = try await client.send(.get, own, as: token, [(.ifNoneMatch, try #require(done.tag))])
            #expect(known.status == 304 && known.text.isEmpty)
        }
    }

    @Test func `an idempotency key is carried out once, and gives no secret twice`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.systemAdmin))
        let key = (Header.idempotencyKey, "0123456789abcdef")
        try await test.test { client in
            let first = try await client.send(.put, own + "/users/new", "{}", as: token, [key])
            #expect(first.status == 201 && first.json["creds"]?.text?.contains("BEGIN USER NKEY SEED") == true)
            let second = try await client.send(.put, own + "/users/new", "{}", as: token, [key])
            #expect(second.status == 201 && second.headers[Header.replayed] == "true")
            #expect(second.json["creds"] == nil && second.json["secret_delivered"]?.flag == true)
            #expect(second.json["public_key"] == first.json["public_key"])
            let other = try await client.send(.put, own + "/users/new", #"{"tags":["a"]}"#, as: token, [key])
            #expect(other.status == 422 && other.code == "idempotency_key_reused")
            let short = try await client.send(.put, own + "/users/z", "{}", as: token, [(key.0, "short")])
            #expect(short.status == 400)
        }
    }

    @Test func `a change that is tried changes nothing`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.systemAdmin))
        try await test.test { client in
            let tried = try await client.send(.put, own + "/users/new?dry_run=true", "{}", as: token)
            #expect(tried.status == 201 && tried.json["dry_run"]?.flag == true && tried.json["creds"] == nil)
            #expect(tried.json["changes"]?.elements?.isEmpty == false)
            #expect(try await client.send(.get, own + "/users/new", as: token).status == 404)
        }
    }

    @Test func `lists come in pages`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.systemAdmin))
        try await test.test { client in
            for name in ["a", "b c", "é"] {
                let path = own + "/users/" + RequestPath.encoded(name)
                #expect(try await client.send(.put, path, "{}", as: token).status == 201)
            }
            var names: [String] = []
            var next: String? = own + "/users?limit=1"
            while let path = next {
                let page = try await client.send(.get, path, as: token)
                names += page.json["items"]?.elements?.compactMap { $0["name"]?.text } ?? []
                next = page.headers[Header.link].map { String($0.dropFirst().prefix { $0 != ">" }) }
                #expect((next == nil) == (page.json["next"] == nil))
            }
            #expect(names == ["a", "b c", "u", "é"])
            let some = try await client.send(.get, own + "/users?prefix=b", as: token)
            #expect(some.json["items"]?.elements?.count == 1)
            let roled = try await client.send(.get, own + "/users?role=r", as: token)
            #expect(roled.json["items"]?.elements?.count == 1)
            #expect(try await client.send(.get, own + "/users?limit=501", as: token).status == 400)
            #expect(try await client.send(.get, own + "/users?cursor=zz", as: token).status == 422)
        }
    }

    @Test func `a delegated issuer gives away no more than its ceiling`() async throws {
        let test = try TestService()
        var ceiling = AccessCeiling()
        (ceiling.lifetime, ceiling.publish, ceiling.subscribe) = (3_600, ["orders.>"], ["_INBOX.>", "orders.>"])
        let key = try test.account("OWN").publicKey
        let token = try test.token(AccessGrant(.accountAdmin, account: key, ceiling: ceiling))
        try await test.test { client in
            func role(_ subject: String) -> String {
                #"{"template":{"pub":{"allow":["\#(subject)"]},"sub":{"allow":["orders.a queue"]}}}"#
            }
            let path = own + "/roles/"
            #expect(try await client.send(.put, path + "w", role("orders.*"), as: token).status == 201)
            #expect(try await client.send(.put, path + "t", role("orders.of.{{name()}}.a"), as: token).status == 201)
            let templates = [role("{{name()}}"), role("{{tag(t)}}.orders"), role("orders{{name()}}.a")]
            for wide in [role(">"), role("*.a"), #"{"template":{}}"#] + templates {
                let reply = try await client.send(.put, path + "x", wide, as: token)
                #expect(reply.status == 403 && reply.code == "above_ceiling", "\(wide)")
            }
            let expires = TestService.now + 3_600
            let good = #"{"role":"w","expires":\#(expires)}"#
            #expect(try await client.send(.put, own + "/users/w", good, as: token).status == 201)
            for long in [#"{"role":"w"}"#, #"{"role":"w","expires":\#(expires + 1)}"#] {
                #expect(try await client.send(.put, own + "/users/x", long, as: token).code == "above_ceiling")
            }
        }
    }

    @Test func `a bearer's token is given to nobody whom its user is above`() async throws {
        let test = try TestService()
        var ceiling = AccessCeiling()
        (ceiling.lifetime, ceiling.publish, ceiling.subscribe) = (3_600, ["orders.>"], ["orders.>"])
        let key = try test.account("OWN").publicKey
        let token = try test.token(AccessGrant(.accountAdmin, account: key, ceiling: ceiling))
        let free = try test.token(AccessGrant(.accountAdmin, account: key))
        let rules = #""pub":{"allow":["orders.a"]},"sub":{"allow":["orders.b"]}"#
        let soon = TestService.now + 60
        let users: [(name: String, body: String, isGiven: Bool)] = [
            ("all", #"{"limits":{"bearer_token":true}}"#, false),
            ("endless", "{\"limits\":{\(rules),\"bearer_token\":true}}", false),
            ("small", "{\"limits\":{\(rules),\"bearer_token\":true},\"expires\":\(soon)}", true),
            ("proved", "{}", true), ("roled", #"{"role":"wide"}"#, false),
        ]
        try await test.test { client in
            let role = try await client.send(
                .put, own + "/roles/wide", #"{"template":{"bearer_token":true}}"#, as: free)
            #expect(role.status == 201)
            for user in users {
                let path = own + "/users/" + user.name
                #expect(try await client.send(.put, path, user.body, as: free).status == 201, "\(user.name)")
                #expect(try await client.send(.get, path + "/jwt", as: free).status == 200, "\(user.name)")
                let given = try await client.send(.get, path + "/jwt", as: token)
                #expect(given.status == (user.isGiven ? 200 : 403), "\(user.name)")
                if !user.isGiven { #expect(given.code == "above_ceiling") }
            }
        }
    }

    @Test func `a ceiling is not walked around`() async throws {
        let test = try TestService()
        var ceiling = AccessCeiling()
        ceiling.publish = ["orders.>"]
        let token = try test.token(AccessGrant(.accountAdmin, account: test.account("OWN").publicKey, ceiling: ceiling))
        try await test.test { client in
            // The role r allows everything; mappings, imports and defaults lead elsewhere.
            let issued = try await client.send(.put, own + "/users/x", #"{"role":"r"}"#, as: token)
            #expect(issued.code == "above_ceiling")
            let mapped = try await client.send(
                .put, own + "/mappings/orders.a", #"{"destinations":[{"subject":"secret"}]}"#, as: token)
            #expect(mapped.code == "above_ceiling")
            let tag = try #require(try await client.send(.get, own, as: token).tag)
            let patched = try await client.send(
                .patch, own, #"{"default_permissions":{}}"#, as: token, [(.ifMatch, tag)])
            #expect(patched.code == "above_ceiling")
            let described = try await client.send(
                .patch, own, #"{"description":"d"}"#, as: token, [(.ifMatch, tag)])
            #expect(described.status == 200 && described.json["description"]?.text == "d")
        }
    }

    @Test func `nobody gives away more access than he has`() async throws {
        let test = try TestService()
        let (own, other) = (try test.account("OWN").publicKey.text, try test.account("OTHER").publicKey.text)
        let token = try test.token(AccessGrant(.accountAdmin, account: test.account("OWN").publicKey))
        try await test.test { client in
            func give(_ grant: String) async throws -> Reply {
                try await client.send(.post, "/v1/tokens", #"{"name":"t","grants":[\#(grant)]}"#, as: token)
            }
            let given = try await give(#"{"role":"issuer","account":"\#(own)","signing_role":"r"}"#)
            #expect(given.status == 201 && given.json["token"]?.text?.hasPrefix("chy_") == true)
            for more in [
                #"{"role":"system-admin"}"#, #"{"role":"account-admin","account":"\#(other)"}"#, #"{"role":"viewer"}"#,
                #"{"role":"operator-admin"}"#,
            ] { #expect(try await give(more).code == "forbidden", "\(more)") }
            let issuer = "Bearer " + (given.json["token"]?.text ?? "")
            #expect(try await client.send(.get, "/v1/auth/me", as: issuer).status == 200)
            let id = given.json["id"]?.text ?? ""
            #expect(try await client.send(.post, "/v1/tokens/\(id):revoke", as: issuer).status == 200)
            #expect(try await client.send(.get, "/v1/auth/me", as: issuer).status == 401)
        }
    }

    @Test func `refusals are on record with who was refused`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.viewer))
        try await test.test { client in
            let reply = try await client.send(.put, own + "/roles/x", #"{"template":{}}"#, as: token)
            let id = try #require(reply.json["audit_id"]?.text)
            var query = AuditQuery()
            query.operation = "access.refuse"
            let entries = try test.directory.audit(query).entries
            let record = try #require(entries.last?.record)
            #expect(id == "\(record.log)/\(record.index)")
            #expect(record.actor.kind == .token && record.object?.id == "roles.put")
            #expect(try test.directory.verifyAudit().problems.isEmpty)
        }
    }
}
