import Administration
import Claims
import HTTPTypes
import HummingbirdTesting
import NKeys
import Testing

@testable import AdminAPI

@Suite struct OperatorTests {
    @Test func `a system administrator makes an operator, nobody else does`() async throws {
        let test = try TestService()
        let admin = try test.token(AccessGrant(.systemAdmin))
        let operatorAdmin = try test.token(AccessGrant(.operatorAdmin))
        let auditor = try test.token(AccessGrant(.auditor))
        try await test.test { client in
            let path = "/v1/operators/NEW"
            for token in [operatorAdmin, auditor] {
                #expect(try await client.send(.put, path, "{}", as: token).status == 403)
            }
            let tried = try await client.send(.put, path + "?dry_run=true", "{}", as: admin)
            #expect(tried.status == 201)
            #expect(try await client.send(.get, path, as: admin).status == 404)
            let made = try await client.send(.put, path, #"{"tags":["x"],"require_signing_keys":true}"#, as: admin)
            #expect(made.status == 201 && made.headers[.location] == path, "\(made.text)")
            #expect(made.json["tags"]?.textElements == ["x"])
            #expect(made.json["signing_keys"]?.elements?.count == 1)
            #expect(made.text.firstMatch(of: /SO[A-Z2-7]{56}/) == nil)
            let got = try await client.send(.get, path, as: admin)
            #expect(got.tag == made.tag && got.json["require_signing_keys"]?.flag == true)
            let accounts = try await client.send(.get, path + "/accounts", as: admin)
            #expect(accounts.json["items"]?.elements?.compactMap { $0["name"]?.text } == ["SYS"])
            #expect(accounts.json["items"]?.elements?.first?["signing_keys"]?.elements?.count == 1)
            // It is the operator of commands no more than before.
            #expect(try test.directory.read { try $0.operator(nil).name } == "O")
            #expect(try await client.send(.put, path, "{}", as: admin).status == 428)
            let replaced = try await client.send(.put, path, "{}", as: admin, [(.ifMatch, made.tag ?? "")])
            #expect(replaced.status == 200 && replaced.json["tags"]?.elements?.isEmpty == true, "\(replaced.text)")
            let user = try await client.send(.put, path + "/accounts/A/users/u", "{}", as: admin)
            #expect(user.status == 404)
            #expect(try await client.send(.put, path + "/accounts/A", "{}", as: admin).status == 201)
            // A public key names what is there, and nothing that could be made.
            let key = KeyPair.generate(.operator).publicKey.text
            #expect(try await client.send(.put, "/v1/operators/\(key)", "{}", as: admin).status == 404)
        }
    }

    @Test func `every page of what ceases to count leads to the next`() async throws {
        let test = try TestService()
        let admin = try test.token(AccessGrant(.systemAdmin))
        let tenant = try test.token(AccessGrant(.accountAdmin, account: test.account("OWN").publicKey))
        try await test.test { client in
            for name in ["a", "b", "c"] {
                let body = #"{"expires":\#(TestService.now + 100)}"#
                let path = "/v1/operators/O/accounts/OWN/users/\(name)"
                #expect(try await client.send(.put, path, body, as: admin).status == 201)
            }
            func everything(_ query: String, _ token: String) async throws -> [String] {
                var found: [String] = []
                var next: String? = "/v1/expirations?" + query
                while let path = next {
                    let page = try await client.send(.get, path, as: token)
                    #expect(page.status == 200, "\(page.text)")
                    found += (page.json["items"]?.elements ?? []).compactMap { $0["name"]?.text }
                    next = page.headers[Header.link].map { String($0.dropFirst().prefix { $0 != ">" }) }
                }
                return found
            }
            let whole = try await everything("limit=500", admin)
            #expect(whole.prefix(2) == ["O", "O/OTHER"] && whole.contains("O/OWN/b"), "\(whole)")
            for limit in 1...3 {
                let found = try await everything("limit=\(limit)", admin)
                #expect(found == whole, "\(found)")
            }
            let own = try await everything("limit=2", tenant)
            #expect(own == whole.filter { $0.hasPrefix("O/OWN") })
            #expect(try await everything("limit=1&skip=true", tenant) == ["O/OWN/a", "O/OWN/b", "O/OWN/c"])
            #expect(try await client.send(.get, "/v1/expirations?cursor=AXh4", as: admin).status == 422)
        }
    }

    @Test func `a tenant is told of an import without activation, and nothing about the exporter`() async throws {
        let test = try TestService()
        let tenant = try test.token(AccessGrant(.accountAdmin, account: test.account("OWN").publicKey))
        let admin = try test.token(AccessGrant(.systemAdmin))
        let other = try test.account("OTHER").publicKey.text
        try await test.test { client in
            let exports = "/v1/operators/O/accounts/OTHER/exports/"
            let secret = #"{"type":"stream","token_req":true}"#
            #expect(try await client.send(.put, exports + "secret", secret, as: admin).status == 201)
            #expect(try await client.send(.put, exports + "open", #"{"type":"stream"}"#, as: admin).status == 201)
            var told: Set<String> = []
            for subject in ["secret", "open", "none"] {
                let body = #"{"account":"\#(other)","type":"stream","subject":"\#(subject)"}"#
                let path = "/v1/operators/O/accounts/OWN/imports"
                let reply = try await client.send(.post, path, body, as: tenant)
                #expect(reply.status == 201, "\(reply.text)")
                let warnings = reply.json["warnings"]?.textElements ?? []
                #expect(warnings.count == 1 && warnings[0].contains("no activation"), "\(warnings)")
                told.insert((warnings.first ?? "").replacing(subject, with: "…"))
            }
            #expect(told.count == 1)
        }
    }
}
