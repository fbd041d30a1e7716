import Claims
import Testing

@testable import Policy

/// Whatever an account has is compared: nothing changes unsaid.
@Suite struct AccessTermsTests {
    /// What differs once a change was made to an account, and once it was taken back.
    private static func changes(_ edit: (inout AccountClaims) -> Void) throws -> [String] {
        let claims = AccountClaims(subject: "", name: "A")
        var edited = claims
        edit(&edited)
        let (old, new) = (access(claims), access(edited))
        let back = try AccessComparison.changes(from: new, to: old)
        let changes = try AccessComparison.changes(from: old, to: new)
        #expect(back.count == changes.count)
        return changes.map { "\($0.holder): \($0.lines[0])" }
    }

    private static func access(_ claims: AccountClaims) -> AccountAccess {
        AccountAccess(name: "A", claims: claims, replies: [:], names: ["B": "GLOBEX"])
    }

    @Test func `Settings of the account`() throws {
        #expect(try Self.changes { $0.tags = ["b", "a"] } == ["the account: tags: a, b is new"])
        #expect(
            try Self.changes { $0.clusterTraffic = "owner" } == ["the account: traffic between servers: owner is new"])
        #expect(try Self.changes { $0.infoURL = "https://a" } == ["the account: more about it: https://a is new"])
        #expect(try Self.changes { $0.description = "x" } == ["the account: description: x is new"])
        #expect(
            try Self.changes { $0.trace = MessageTrace(destination: "t", sampling: 5) } == [
                "traces: destination: t is new", "traces: share of messages: 5% is new",
            ])
        #expect(
            try Self.changes { $0.authorization.users = ["U"] } == ["the callout: users who decide: U is new"])
    }

    @Test func `What a new role may answer is told of`() throws {
        var (claims, template) = (AccountClaims(subject: "", name: "A"), UserPermissionLimits.scoped)
        template.permissions.publish = Permission(deny: [">"])
        template.permissions.subscribe = Permission(allow: ["s"])
        template.permissions.response = ResponsePermission(maxMessages: 2, expires: 1_500_000_000)
        claims.setSigningKey(.scope(UserScope(key: "K", role: "r", template: template)))
        let none = AccountClaims(subject: "", name: "A")
        let lines = try AccessComparison.changes(from: Self.access(none), to: Self.access(claims)).flatMap(\.lines)
        #expect(lines.contains("answers to each request: 2 within 1.5 s is new"), "\(lines)")
        let back = try AccessComparison.changes(from: Self.access(claims), to: Self.access(none)).flatMap(\.lines)
        #expect(back.contains("answers to each request: 2 within 1.5 s goes"), "\(back)")
    }

    @Test func `An example is a subject that somebody may have`() throws {
        var (claims, template) = (AccountClaims(subject: "", name: "A"), UserPermissionLimits.scoped)
        template.permissions.publish = Permission(allow: ["n.x1.{{tag(shop)}}.d-{{name()}}.{{tag(shop)}}"])
        template.permissions.subscribe = Permission(deny: [">"])
        claims.setSigningKey(.scope(UserScope(key: "K", role: "r", template: template)))
        let changes = try AccessComparison.changes(
            from: Self.access(AccountClaims(subject: "", name: "A")), to: Self.access(claims))
        let line = changes.flatMap(\.lines).first { $0.hasPrefix("gains publish") }
        #expect(
            line == "gains publish n.x1.{{tag(shop)}}.d-{{name()}}.{{tag(shop)}}, such as n.x1.x2.d-x3.x2",
            "\(line ?? "")")
    }

    @Test func `Limits of JetStream, also of its tiers`() throws {
        #expect(
            try Self.changes {
                $0.limits.jetStream.maxAckPending = 7
                $0.limits.jetStream.diskMaxStreamBytes = 8
                $0.limits.jetStream.maxBytesRequired = true
            } == [
                "limits: disk of a stream: unlimited becomes 8",
                "limits: messages to be acknowledged: unlimited becomes 7",
                "limits: streams without a maximum: allowed becomes refused",
            ])
        var tier = JetStreamLimits()
        tier.streams = 3
        let tiered = try Self.changes { $0.limits.tieredJetStream["R1"] = tier }
        #expect(tiered.contains("limits: R1 streams: 3 is new"))
    }

    @Test func `Keys, also those that hide behind a namesake`() throws {
        #expect(
            try Self.changes { $0.setSigningKey(.key("K")) } == ["signing keys without a role: key: K is new"])
        var (claims, template) = (AccountClaims(subject: "", name: "A"), UserPermissionLimits.scoped)
        template.permissions.publish = Permission(allow: ["a"])
        template.permissions.subscribe = Permission(deny: [">"])
        claims.setSigningKey(.scope(UserScope(key: "K2", role: "r", template: template)))
        var edited = claims
        template.permissions.publish.allow = ["b"]
        edited.setSigningKey(.scope(UserScope(key: "K1", role: "r", template: template)))
        let changes = try AccessComparison.changes(from: Self.access(claims), to: Self.access(edited))
        #expect(
            changes.map { "\($0.holder): \($0.lines[0])" } == [
                "role r (K1): role: r (K1) is new", "role r (K1): gains publish b, such as b",
            ])
    }

    @Test func `Default permissions are also those of a role that says nothing`() throws {
        var claims = AccountClaims(subject: "", name: "A")
        claims.setSigningKey(.scope(UserScope(key: "K", role: "empty")))
        var edited = claims
        edited.defaultPermissions = Permissions(publish: Permission(allow: ["a"]), subscribe: Permission(deny: ["z"]))
        func lines(_ one: AccountClaims, _ other: AccountClaims) throws -> [String] {
            try AccessComparison.changes(from: Self.access(one), to: Self.access(other)).filter {
                $0.holder == "role empty"
            }.map { $0.lines[0] }
        }
        #expect(try lines(claims, edited).contains("loses subscribe z, such as z"))
        #expect(try lines(edited, claims).contains("gains subscribe z, such as z"))
        // What a role says by itself changes nothing where it said so before by saying nothing.
        var written = edited
        var template = UserPermissionLimits()
        template.permissions = edited.defaultPermissions
        written.setSigningKey(.scope(UserScope(key: "K", role: "empty", template: template)))
        #expect(try lines(edited, written) == [])
        #expect(TransitionGraph.scopes(edited)["K"]?.permissions == edited.defaultPermissions)
    }

    @Test func `The same taken twice, under different names`() throws {
        func item(_ local: String) -> Import {
            var item = Import(name: "")
            (item.account, item.subject, item.type, item.localSubject) = ("B", "s", .stream, local)
            return item
        }
        var (one, two) = (AccountClaims(subject: "", name: "A"), AccountClaims(subject: "", name: "A"))
        one.imports = [item("x"), item("y")]
        two.imports = [item("y")]
        let changes = try AccessComparison.changes(from: Self.access(one), to: Self.access(two))
        #expect(
            changes.map { "\($0.holder): \($0.lines[0])" } == ["import of stream s: local subject: x, y becomes y"])
    }

    @Test func `How long new credentials are good for`() throws {
        func access(_ expires: String) throws -> AccountAccess {
            let set = try AccessAnalysisTests.set(["A": "roles: { r: { publish: [ a ]\(expires) } }"])
            return try #require(set.compiled("A")).access()
        }
        let changes = try AccessComparison.changes(from: access(", expires: { default: 1h, most: 2h }"), to: access(""))
        #expect(
            changes.map { "\($0.holder): \($0.lines[0])" } == [
                "role r: new credentials are good for: 1h, at most 2h becomes ever"
            ])
    }

    @Test func `Values of tags that holders may have`() throws {
        func changes(_ one: String, _ other: String) throws -> [String] {
            func access(_ values: String) throws -> AccountAccess {
                let set = try AccessAnalysisTests.set([
                    "A": "roles: { r: { tags: { t: [ \(values) ] }, publish: [ \"p.{{tag(t)}}\" ] } }"
                ])
                return try #require(set.compiled("A")).access()
            }
            return try AccessComparison.changes(from: access(one), to: access(other)).map {
                "\($0.holder): \($0.lines[0])"
            }
        }
        #expect(try changes("a, b", "b, a").isEmpty)
        #expect(try changes("a, b", "a") == ["role r: values of the tag t: b goes"])
        #expect(try changes("a", "a, b, c") == ["role r: values of the tag t: b, c is new"])
        #expect(try changes("a, b", "a, c") == ["role r: values of the tag t: b becomes c"])
    }
}
