import Claims
import NKeys
import Testing

@testable import Policy

/// Questions about what is in force, without files.
@Suite struct PolicySetInForceTests {
    private let operatorPair = KeyPair.generate(.operator)

    private func account(_ name: String, _ pair: KeyPair = .generate(.account)) -> AccountClaims {
        AccountClaims(subject: pair.publicKey.text, name: name)
    }

    private func scope(_ role: String, publish: [String] = [], subscribe: [String] = []) -> UserScope {
        var template = UserPermissionLimits()
        template.permissions = Permissions(
            publish: publish.isEmpty ? Permission(deny: [">"]) : Permission(allow: publish),
            subscribe: subscribe.isEmpty ? Permission(deny: [">"]) : Permission(allow: subscribe))
        return UserScope(key: KeyPair.generate(.account).publicKey.text, role: role, template: template)
    }

    private func user(_ name: String, issuer: String, tags: [String] = []) -> UserClaims {
        var user = UserClaims(subject: KeyPair.generate(.user).publicKey.text, name: name)
        (user.issuer, user.issuedAt, user.tags) = (issuer, 10, tags)
        return user
    }

    private func set(_ accounts: AccountInForce..., now: Int64 = 100) -> PolicySet {
        PolicySet(inForce: accounts, isStrict: false, at: now)
    }

    private func explain(
        _ sentence: String, as name: String, in set: PolicySet, _ account: String = "A"
    ) throws -> PolicyExplanation {
        let account = try #require(set.account(account))
        return try #require(try PolicyExplainer(set, account: account).explain(.user(name), sentence))
    }

    @Test func `A rule that no file says is named by its place in the claims`() throws {
        var claims = account("A")
        let role = scope("sensor", publish: ["t.{{name()}}.>"])
        claims.setSigningKey(.scope(role))
        var found = AccountInForce(claims: claims)
        found.users = [user("press-1", issuer: role.key)]
        let set = set(found)
        let allowed = try explain("publish t.press-1.x", as: "press-1", in: set)
        let place = "A:/nats/signing_keys/\(role.key)/template/pub/allow/0"
        #expect(allowed.reason == "allowed by t.{{name()}}.> (\(place))")
        #expect(allowed.role == "sensor")
        #expect(try !explain("publish t.press-2.x", as: "press-1", in: set).isAllowed)
        let routes = try AccessAnalysisTests.routes(.publish, "t.*.x", of: "A", in: set)
        #expect(routes == ["A/sensor direct t.someone.x [every holder]"])
    }

    @Test func `Users without a role have permissions of their own, or the account's`() throws {
        var claims = account("A")
        claims.defaultPermissions.publish.allow = ["d"]
        var own = user("own", issuer: claims.subject)
        own.limits.permissions.publish.allow = ["o"]
        var found = AccountInForce(claims: claims)
        found.users = [own, user("plain", issuer: claims.subject)]
        let set = set(found)
        #expect(try explain("publish o", as: "own", in: set).reason == "allowed by o (A/own:/nats/pub/allow/0)")
        #expect(
            try explain("publish d", as: "plain", in: set).reason
                == "allowed by d (A:/nats/default_permissions/pub/allow/0)")
        #expect(try !explain("publish o", as: "plain", in: set).isAllowed)
        let routes = try AccessAnalysisTests.routes(.publish, "*", of: "A", in: set)
        // Whoever hears everything may answer, and aims answers at anything where no settings forbid it.
        #expect(
            routes == [
                "A/user own direct o [every holder]", "A/user own by reply o [every holder]",
                "A/user plain direct d [every holder]", "A/user plain by reply o [every holder]",
            ])
    }

    @Test func `Holders of a role that says nothing have the account's default permissions`() throws {
        var claims = account("A")
        claims.defaultPermissions = Permissions(
            publish: Permission(allow: ["d.>"]), subscribe: Permission(allow: ["d.*"], deny: ["z.>"]))
        let empty = UserScope(key: KeyPair.generate(.account).publicKey.text, role: "empty")
        claims.setSigningKey(.scope(empty))
        var found = AccountInForce(claims: claims)
        found.users = [user("em", issuer: empty.key)]
        let set = set(found)
        for engine in [Engine.broker, .natsServer] {
            func ask(_ sentence: String) throws -> PolicyExplanation {
                let account = try #require(set.account("A"))
                return try #require(
                    try PolicyExplainer(set, account: account).explain(.user("em"), sentence, on: engine))
            }
            #expect(try !ask("publish u.y").isAllowed && !ask("subscribe u.y").isAllowed)
            let allowed = try ask("publish d.x")
            #expect(allowed.isAllowed && allowed.role == "empty")
            #expect(allowed.reason == "allowed by d.> (A:/nats/default_permissions/pub/allow/0)")
            #expect(
                try AccessAnalysisTests.routes(.publish, "u.y", of: "A", in: set, engine: engine).allSatisfy {
                    $0.contains("by reply")
                })
            #expect(
                try AccessAnalysisTests.routes(.publish, "d.x", of: "A", in: set, engine: engine).contains {
                    $0.hasPrefix("A/empty direct d.x")
                })
        }
    }

    @Test func `A role that is too complex for the broker has holders on nats-server alone`() throws {
        var claims = account("A")
        let role = scope("mixed", publish: RoleCompilerTests.multiplying)
        claims.setSigningKey(.scope(role))
        let set = set(AccountInForce(claims: claims))
        let subject = "a.a.a.a.a.a.a.a.a.a.a.a.x0"
        #expect(try AccessAnalysisTests.routes(.publish, subject, of: "A", in: set) == [])
        #expect(
            try AccessAnalysisTests.routes(.publish, subject, of: "A", in: set, engine: .natsServer)
                == ["A/mixed direct \(subject) [every holder]"])
    }

    @Test func `Who is revoked, or too old, comes in nowhere`() throws {
        var claims = account("A")
        let role = scope("r", publish: ["a"])
        claims.setSigningKey(.scope(role))
        let (revoked, own) = (user("revoked", issuer: role.key), user("own", issuer: claims.subject))
        claims.revocations.revoke(revoked.subject, at: 50)
        claims.revocations.revoke(own.subject, at: 50)
        var old = user("old", issuer: role.key)
        old.expires = 60
        var found = AccountInForce(claims: claims)
        found.users = [revoked, old, own, user("stray", issuer: KeyPair.generate(.account).publicKey.text)]
        let set = set(found)
        for (name, reason) in [("revoked", "is revoked"), ("old", "has expired"), ("stray", "none of the account's")] {
            let explanation = try explain("publish a", as: name, in: set)
            #expect(!explanation.isAllowed && explanation.reason.contains(reason), "\(explanation.reason)")
        }
        let routes = try AccessAnalysisTests.routes(.publish, "a", of: "A", in: set)
        #expect(routes == ["A/r direct a [every holder]"])
    }

    @Test func `Imports count as long as their exporter lets them`() throws {
        let pair = KeyPair.generate(.account)
        var exporter = account("A", pair)
        exporter.exports = [Export(name: "s", subject: "s.>", type: .stream, tokenRequired: true)]
        var importer = account("B")
        let reader = scope("reader", subscribe: [">"])
        importer.setSigningKey(.scope(reader))
        var activation = ActivationClaims(subject: importer.subject, name: "s")
        (activation.importSubject, activation.importType, activation.expires) = ("s.x", .stream, 1_000)
        var item = Import(name: "s", subject: "s.x", account: exporter.subject, localSubject: "b.s.x", type: .stream)
        item.token = try activation.encode(signedBy: pair, at: 10)
        importer.imports = [item]
        let accounts = [exporter, importer].map { AccountInForce(claims: $0) }
        let now = PolicySet(inForce: accounts, isStrict: false, at: 500)
        let routes = try AccessAnalysisTests.routes(.receive, "s.x", of: "A", in: now, by: .account("B"))
        #expect(routes.first == "B/reader by import s.x [every holder]")
        let reach = try #require(TenantReach(now, account: "A"))
        #expect(reach.lines.map(\.there) == ["b.s.x"])
        #expect(reach.lines.first?.steps.first?.text.hasSuffix("until 1970-01-01") == true)
        let later = PolicySet(inForce: accounts, isStrict: false, at: 2_000)
        let rest = try AccessAnalysisTests.routes(.receive, "s.x", of: "A", in: later, by: .account("B"))
        #expect(rest == [])
    }

    @Test func `Tags that nobody declared are those of the users that there are`() throws {
        var claims = account("A")
        let role = scope("r", publish: ["t.{{tag(plant)}}"])
        claims.setSigningKey(.scope(role))
        var found = AccountInForce(claims: claims)
        found.users = [user("u", issuer: role.key, tags: ["plant:berlin"])]
        let set = set(found)
        #expect(try explain("publish t.berlin", as: "u", in: set).isAllowed)
        let routes = try AccessAnalysisTests.routes(.publish, "t.berlin", of: "A", in: set)
        #expect(routes == ["A/r direct t.berlin [u with plant:berlin]"])
        let others = try AccessAnalysisTests.routes(.publish, "t.munich", of: "A", in: set)
        #expect(others == ["A/r at most direct t.munich [at most some holders]"])
    }

    @Test func `A mapping that loses a share of what it takes is followed`() throws {
        var claims = account("A")
        claims.mappings["m"] = [WeightedMapping(subject: "k", weight: 10), WeightedMapping(subject: "m", weight: 20)]
        claims.setSigningKey(.scope(scope("r", subscribe: ["k"])))
        claims.setSigningKey(.scope(scope("w", publish: ["k", "m"])))
        let set = set(AccountInForce(claims: claims))
        let mapping = try #require(set.accounts.first?.policy.mappings.first)
        #expect(mapping.shares.map(\.percent) == [10, 20, 70])
        let routes = try AccessAnalysisTests.routes(.receive, "m", of: "A", in: set)
        #expect(routes.first == "A/r by mapping m [every holder]")
    }
}
