import Audit
import Claims
import Hummingbird
import HummingbirdTesting
import NKeys
import Secrets
import Testing

@testable import AdminAPI
@testable import Administration

/// What an account's administrator cannot do to get more than it was given.
@Suite struct BoundsTests {
    private let own = "/v1/operators/O/accounts/OWN"

    private func edit(
        _ body: String, _ client: any TestClientProtocol, as token: String
    ) async throws -> Reply {
        let tag = try #require(try await client.send(.get, own, as: token).tag)
        return try await client.send(.post, own + ":edit", body, as: token, [(.ifMatch, tag)])
    }

    private func role(key: String) -> String { #"{"roles":{"keys":["\#(key)"],"role":"new","limits":{}}}"# }

    @Test func `keys made elsewhere, whose holder no token's end ends, are for the operator's administrators`()
        async throws
    {
        let test = try TestService()
        var ceiling = AccessCeiling()
        ceiling.lifetime = 3_600
        let account = try test.account("OWN")
        let other = try test.account("OTHER")
        let foreign = try #require(try other.claims().signingKeys.first { $0.scope?.role == "r" }?.key)
        let mine = KeyPair.generate(.account).publicKey.text
        let tokens = [
            try test.token(AccessGrant(.accountAdmin, account: account.publicKey, ceiling: ceiling)),
            try test.token(AccessGrant(.accountAdmin, account: account.publicKey)),
        ]
        let operatorToken = try test.token(AccessGrant(.operatorAdmin, operator: account.operator))
        try await test.test { client in
            for token in tokens {
                // In the same words, whosever they are, so that nothing is learned of them.
                var answers: Set<String> = []
                for key in [mine, account.publicKey.text, other.publicKey.text, foreign] {
                    let refused = try await edit(role(key: key), client, as: token)
                    answers.insert("\(refused.status) \(refused.code ?? "") \(refused.json["detail"]?.text ?? "")")
                }
                #expect(answers.count == 1 && answers.first?.hasPrefix("403 forbidden") == true, "\(answers)")
            }
            #expect(try await edit(role(key: "generate"), client, as: tokens[0]).status == 200)
            // A role that is there is changed, as its name or its key says.
            let known = #"{"roles":{"keys":["r"],"description":"d"}}"#
            #expect(try await edit(known, client, as: tokens[0]).status == 200)
            let theirs = role(key: mine).replacing("new", with: "other")
            #expect(try await edit(theirs, client, as: operatorToken).status == 200)
            #expect(try await edit(role(key: account.publicKey.text), client, as: operatorToken).status == 422)
        }
    }

    @Test func `a signing key without a role is not made one by whoever may not delete it`() async throws {
        let test = try TestService()
        let account = try test.account("OWN")
        let plain = KeyPair.generate(.account).publicKey.text
        try test.directory.change("test") { change in
            try change.editAccount(account, signer: .automatic) { claims, _ in claims.setSigningKey(.key(plain)) }
        }
        let token = try test.token(AccessGrant(.accountAdmin, account: account.publicKey))
        let operatorToken = try test.token(AccessGrant(.operatorAdmin, operator: account.operator))
        try await test.test { client in
            let refused = try await edit(role(key: plain), client, as: token)
            #expect(refused.status == 403)
            #expect(try await edit(role(key: plain), client, as: operatorToken).status == 200)
        }
    }

    @Test func `whoever the account's identity signed is held to no role, whatever its token says of that key`()
        async throws
    {
        let test = try TestService()
        let account = try test.account("OWN")
        var ceiling = AccessCeiling()
        ceiling.publish = ["orders.>"]
        let token = try test.token(AccessGrant(.accountAdmin, account: account.publicKey, ceiling: ceiling))
        // As a store may have it that was made elsewhere.
        try test.directory.change("test") { change in
            try change.editAccount(account, signer: .automatic) { claims, _ in
                var scope = UserScope()
                (scope.key, scope.role) = (account.publicKey.text, "self")
                scope.template.permissions.publish.allow = ["orders.>"]
                claims.setSigningKey(.scope(scope))
            }
        }
        try await test.test { client in
            let wide = #"{"name":"wide","limits":{"subs":-1,"payload":-1,"data":-1}}"#
            #expect(try await client.send(.post, own + "/users", wide, as: token).code == "above_ceiling")
            let named = try await client.send(.put, own + "/users/x", #"{"role":"self"}"#, as: token)
            #expect(named.status >= 400 && named.status < 500)
        }
    }

    @Test func `tags of an account, which templates take in, are not for whoever has subjects as a ceiling`()
        async throws
    {
        let test = try TestService()
        let account = try test.account("OWN").publicKey
        var ceiling = AccessCeiling()
        ceiling.lifetime = 3_600
        let timed = try test.token(AccessGrant(.accountAdmin, account: account, ceiling: ceiling))
        ceiling.publish = ["orders.>"]
        let token = try test.token(AccessGrant(.accountAdmin, account: account, ceiling: ceiling))
        try await test.test { client in
            let tag = try #require(try await client.send(.get, own, as: token).tag)
            let tags = #"{"tags":["region:us"]}"#
            let patched = try await client.send(.patch, own, tags, as: token, [(.ifMatch, tag)])
            #expect(patched.code == "above_ceiling")
            let edits = #"{"settings":{"tags":{"add":["region:us"]}}}"#
            #expect(try await edit(edits, client, as: token).code == "above_ceiling")
            #expect(try await edit(edits, client, as: timed).status == 200)
        }
    }

    @Test func `a value that is not one token fills no template, on whatever server`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.accountAdmin, account: test.account("OWN").publicKey))
        try await test.test { client in
            let template = #"{"template":{"pub":{"allow":["u.{{name()}}.>","t.{{tag(team)}}.>"]}}}"#
            let made = try await client.send(.put, own + "/roles/t", template, as: token)
            #expect(made.status == 201)
            func put(_ name: String, _ tag: String) async throws -> Int {
                let body = #"{"role":"t","tags":["\#(tag)"]}"#
                return try await client.send(.put, own + "/users/" + name, body, as: token).status
            }
            #expect(try await put("good", "team:red") == 201)
            for (name, tag) in [
                ("*.b", "team:red"), ("a.b", "team:red"), ("%3E", "team:red"), ("x", "team:*"), ("y", "team:a.b"),
            ] {
                #expect(try await put(name, tag) == 422, "\(name) \(tag)")
            }
            // Where no template takes them in, names and tags are as one likes.
            let body = #"{"role":"r","tags":["team:a.b"]}"#
            #expect(try await client.send(.put, own + "/users/a.b", body, as: token).status == 201)
        }
    }

    @Test func `a file of the service's machine is no signer of somebody far away`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.systemAdmin))
        let file = test.directory.home.path + "/seed.nk"
        let pair = KeyPair.generate(.account)
        try PrivateFile.write(pair.seed, to: file)
        try await test.test { client in
            let body = #"{"role":"\#(file)"}"#
            let reply = try await client.send(.put, own + "/users/x", body, as: token)
            #expect(reply.status >= 400 && reply.status < 500 && !reply.text.contains("seed of"))
            let absent = try await client.send(
                .put, own + "/users/x", body.replacing("seed.nk", with: "none.nk"), as: token)
            #expect(reply.json["detail"]?.text?.replacing("seed.nk", with: "none.nk") == absent.json["detail"]?.text)
        }
    }

    @Test func `tokens of an account that were given away with one are bounded, and taken back together`() async throws
    {
        let test = try TestService()
        let account = try test.account("OWN").publicKey
        let (first, header) = try test.directory.change("test") {
            try $0.addAccessToken(NewAccessToken(name: "t", grants: [AccessGrant(.accountAdmin, account: account)]))
        }.value
        let token = try #require(header?.withBytes { "Bearer " + String(decoding: $0, as: UTF8.self) })
        // Half of them by hand, as somebody to whom access was given with the first one.
        func give(_ count: Int, as id: String) throws -> [AccessToken] {
            try test.directory.acting(as: AuditActor("token:\(id)")).change("test") { change in
                try (0..<count).map { number in
                    try change.addAccessToken(
                        NewAccessToken(name: "g\(number)", grants: [AccessGrant(.accountAdmin, account: account)])
                    ).token
                }
            }.value
        }
        let second = try #require(try give(500, as: first.id).last)
        let last = try give(499, as: second.id)
        try await test.test { client in
            let body = #"{"name":"more","grants":[{"role":"viewer","account":"\#(account.text)"}]}"#
            #expect(try await client.send(.post, "/v1/tokens", body, as: token).status == 201)
            let refused = try await client.send(.post, "/v1/tokens", body, as: token)
            #expect(refused.status == 409 || refused.status == 403 || refused.status == 422, "\(refused.status)")
            try test.directory.change("test") { try $0.revokeAccessToken(second.id) }
            let ended = try test.directory.read { try $0.accessToken(last[0].id) }
            #expect(ended.revokedAt != nil)
            #expect(try await client.send(.post, "/v1/tokens", body, as: token).status == 201)
        }
    }

    @Test func `whoever signs in is let in from an address where others failed`() async throws {
        let test = try TestService.limitingFailures()
        let token = try test.token(AccessGrant(.viewer))
        try await test.test { client in
            var statuses: [Int] = []
            for _ in 0..<4 {
                statuses.append(
                    try await client.send(.get, own, as: "Bearer chy_aaaaaaaaaaaa_" + String(repeating: "b", count: 52))
                        .status)
            }
            #expect(statuses == [401, 401, 429, 429])
            #expect(try await client.send(.get, own, as: token).status == 200)
        }
    }

    @Test func `on the socket a token that is shown counts, and a wrong one is wrong`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.viewer, account: test.account("OWN").publicKey))
        try await Application(responder: test.service.local).test(.router) { client in
            let trusted = try await client.send(.get, "/v1/operators/O/accounts/OTHER")
            #expect(trusted.status == 200)
            #expect(try await client.send(.get, own, as: token).status == 200)
            #expect(try await client.send(.get, "/v1/operators/O/accounts/OTHER", as: token).status == 403)
            #expect(try await client.send(.get, own, as: "Bearer chy_wrong").status == 401)
        }
    }
}
