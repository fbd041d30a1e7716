import Administration
import Claims
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import AdminAPI

/// What `If-Match` and `If-None-Match` mean for a change.
@Suite struct PreconditionTests {
    private let own = "/v1/operators/O/accounts/OWN"

    @Test func `a version that must not be there keeps a change from being made`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.systemAdmin))
        try await test.test { client in
            let tag = try #require(try await client.send(.get, own, as: token).tag)
            func patch(_ unwanted: String) async throws -> Int {
                let fields = [(HTTPField.Name.ifMatch, "*"), (HTTPField.Name.ifNoneMatch, unwanted)]
                return try await client.send(.patch, own + "?dry_run=true", #"{"tags":["x"]}"#, as: token, fields)
                    .status
            }
            #expect(try await patch("*") == 412)
            for unwanted in [tag, "W/" + tag, "\"a\", " + tag, "\"a\" ,\(tag)"] {
                #expect(try await patch(unwanted) == 412, "\(unwanted)")
            }
            for unwanted in ["\"a\"", "W/\"a\"", "\"a\", W/\"b\""] {
                #expect(try await patch(unwanted) == 200, "\(unwanted)")
            }
            for unwanted in ["a", "*, \"a\"", "\"a", "\"a\",", "W/", "\"ä\""] {
                #expect(try await patch(unwanted) == 400, "\(unwanted)")
            }
        }
    }

    @Test func `a patch names nothing that is not there to be changed, not even to take it away`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.systemAdmin))
        try await test.test { client in
            func patch(_ body: String) async throws -> Reply {
                try await client.send(.patch, own, body, as: token, [(.ifMatch, "*")])
            }
            for (body, pointer) in [
                (#"{"bogus":null}"#, "/bogus"), (#"{"":null}"#, "/"),
                (#"{"default_permissions":{"pub":{"bogus":null}}}"#, "/default_permissions/pub/bogus"),
            ] {
                let reply = try await patch(body)
                let pointers = reply.json["errors"]?.elements?.compactMap { $0["pointer"]?.text }
                #expect(reply.status == 422 && pointers == [pointer], "\(body): \(reply.text)")
            }
            #expect(try await patch(#"{"description":null,"default_permissions":{"pub":null}}"#).status == 200)
        }
    }

    @Test func `the servers' copy of a deleted account is nothing for whoever deletes it to see to`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.systemAdmin))
        try await test.test { client in
            let gone = try await client.send(.delete, own, as: token, [(.ifMatch, "*")])
            #expect(gone.status == 200 && !gone.text.contains("push"), "\(gone.text)")
        }
    }

    @Test func `a revocation that is there is replaced by whoever says which version he means`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.systemAdmin))
        try await test.test { client in
            let path = own + "/revocations/u"
            let first = try await client.send(.put, path, "{}", as: token)
            let tag = try #require(first.tag)
            #expect(first.status == 200)
            #expect(try await client.send(.get, own, as: token).tag == tag)
            #expect(try await client.send(.put, path, "{}", as: token).status == 428)
            #expect(try await client.send(.put, path, "{}", as: token, [(.ifMatch, "\"0\"")]).status == 412)
            #expect(try await client.send(.put, path, "{}", as: token, [(.ifNoneMatch, "*")]).status == 412)
            #expect(try await client.send(.put, path, "{}", as: token, [(.ifMatch, tag)]).status == 200)
            #expect(try await client.send(.delete, path, as: token).status == 428)
            #expect(try await client.send(.delete, path, as: token, [(.ifMatch, "*")]).status == 200)
            #expect(try await client.send(.delete, path, as: token).status == 404)
        }
    }
}
