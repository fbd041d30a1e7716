import Claims
import TestSupport
import Testing

@testable import Policy

@Suite struct ClaimsCompilerTests {
    static func set(_ accounts: [String: String], manifest: String = "") throws -> PolicySet {
        var files: [String: String] = [:]
        for (name, text) in accounts { files["\(name).yaml"] = "chancery: v1\naccount: \(name)\n" + text }
        let list = accounts.keys.sorted().map { "\($0): \($0).yaml" }.joined(separator: ", ")
        files["chancery.yaml"] = "chancery: v1\naccounts: { \(list) }\n" + manifest
        let all = files
        return try #require(
            try PolicySet.readAll(
                Array(all["chancery.yaml", default: ""].utf8), file: "chancery.yaml",
                surroundings: .init(readFile: { all[$0].map { Array($0.utf8) } })
            ).first)
    }

    static func account(_ text: String, manifest: String = "") throws -> CompiledAccount {
        try #require(try set(["A": text, "B": ""], manifest: manifest).compiled("A"))
    }

    static func claims(_ text: String, manifest: String = "", on base: AccountClaims? = nil) throws -> AccountClaims {
        let account = try account(text, manifest: manifest)
        let roles = Dictionary(
            account.roles.map { ($0.name, "KEY-\($0.name)") }, uniquingKeysWith: { first, _ in first })
        return try account.claims(AccountKeys(account: "A", roles: roles, accounts: ["B": "B"]), on: base)
    }

    @Test func `A file that says nothing allows nothing`() throws {
        let claims = try Self.claims("")
        #expect(claims.defaultPermissions.publish == Permission(deny: [">"]))
        #expect(claims.defaultPermissions.subscribe == Permission(deny: [">"]))
        #expect(claims.signingKeys.isEmpty && claims.exports.isEmpty && claims.imports.isEmpty)
    }

    @Test func `An omitted limit is the ceiling, and unlimited where there is none`() throws {
        let claims = try Self.claims(
            "limits: { payload: 1KiB, jetstream: { disk: 1GiB, streams: 5 } }",
            manifest: "ceilings: { connections: 10, payload: 1MiB }\n")
        #expect((claims.limits.connections, claims.limits.payload) == (10, 1024))
        #expect((claims.limits.subscriptions, claims.limits.leafNodeConnections) == (-1, -1))
        #expect((claims.limits.jetStream.diskStorage, claims.limits.jetStream.streams) == (1 << 30, 5))
    }

    @Test func `Exports are private where they grant, and say how they answer`() throws {
        let claims = try Self.claims(
            """
            exports:
              - { stream: "t.>", grant: [ B ], description: what is measured }
              - { service: ask.*, response: { type: chunked, within: 5s }, latency: { share: 10%, results: lat }, account_token: 2 }
            """)
        #expect(claims.exports.map(\.subject) == ["ask.*", "t.>"])
        let (service, stream) = (claims.exports[0], claims.exports[1])
        #expect(stream.tokenRequired && !service.tokenRequired)
        #expect(service.responseType == .chunked && service.responseThreshold == 5_000_000_000)
        #expect(service.latency == ServiceLatency(sampling: 10, results: "lat") && service.accountTokenPosition == 2)
        #expect(stream.description.isEmpty)
        #expect(try Self.account("exports: [ { stream: t, description: d } ]").descriptions == ["export stream t": "d"])
    }

    @Test func `What is lost is said with a destination that is nowhere`() throws {
        let claims = try Self.claims("mappings: { a: { b: 50%, drop: 50% }, c: { d: 10%, stay: 90% } }")
        #expect(claims.mappings["a"]?.map(\.effectiveWeight) == [1, 50])
        #expect(claims.mappings["c"] == [WeightedMapping(subject: "d", weight: 10)])
    }

    @Test func `Claims take the place of what has no syntax`() throws {
        let claims = try Self.claims(
            """
            claims: { limits: { data: 5 }, info_url: "https://x.example", default_permissions: { pub: { allow: [ a ] } } }
            exports: [ { stream: s, claims: { info_url: "https://y.example" } } ]
            roles: { r: { claims: { pub: { allow: [ b ] }, subs: 7 } } }
            """)
        #expect(claims.limits.data == 5 && claims.limits.connections == -1)
        #expect(claims.defaultPermissions.publish == Permission(allow: ["a"]))
        #expect(claims.defaultPermissions.subscribe == Permission())
        #expect(claims.exports[0].infoURL == "https://y.example")
        #expect(claims.signingKeys[0].scope?.template.permissions.publish.allow == ["b"])
        #expect(claims.signingKeys[0].scope?.template.subscriptions == 7)
    }

    @Test func `A role cannot be limited to 0, which servers would take for no limit`() {
        #expect(throws: PolicySet.Failure.self) { try Self.account("roles: { r: { limits: { payload: 0B } } }") }
    }

    @Test func `Revocations stay, and what is left alone`() throws {
        var base = AccountClaims(subject: "A", name: "A")
        base.revocations.revoke("U", at: 5)
        base.exports = [Export(name: "s", subject: "s", type: .stream), Export(name: "x", subject: "x", type: .stream)]
        base.exports[0].revocations.revoke("B", at: 7)
        base.imports = [Import(name: "i", subject: "i", account: "C", type: .stream)]
        base.setSigningKey(.key("K"))
        base.setSigningKey(.scope(UserScope(key: "L", role: "legacy-1")))
        base.setSigningKey(.scope(UserScope(key: "M", role: "other")))
        let claims = try Self.claims(
            "exports: [ { stream: s } ]\nleave: [ imports, \"role legacy-*\" ]\n", on: base)
        #expect(claims.revocations == base.revocations)
        #expect(claims.exports.map(\.subject) == ["s"] && claims.exports[0].revocations.entries["B"] == 7)
        #expect(claims.imports.map(\.subject) == ["i"])
        #expect(claims.signingKeys.map(\.key) == ["L"])
    }

    @Test func `Each entry of claims leads to its place in the file`() throws {
        let account = try Self.account(
            "exports: [ { stream: s } ]\nroles:\n  r: { publish: [ b, a ], subscribe: [ c ] }\n")
        let claims = try account.claims(AccountKeys(account: "A", roles: ["r": "K"]))
        let map = account.sourceMap(of: claims, accounts: [:])
        #expect(map.places["/nats/exports/0"]?.map(\.description) == ["A.yaml:3:12"])
        #expect(map.places["/nats/signing_keys/K/template/pub/allow/0"]?.map(\.description) == ["A.yaml:5:22"])
        #expect(SourceMap(encoded: map.encoded) == map)
    }

    @Test func `Texts that are kept are read again`() throws {
        let set = try Self.set(["A": "roles: { r: { publish: [ a ] } }", "B": ""])
        let texts = try #require(PolicyTexts(encoded: set.texts.encoded))
        #expect(texts == set.texts)
        #expect(try PolicySet(texts).compiled("A")?.roles.map(\.template) == set.compiled("A")?.roles.map(\.template))
    }
}
