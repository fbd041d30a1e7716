import Authorization
import Claims
import NKeys
import Testing

/// Rows of the conformance table, by number, that operator mode shows.
@Suite struct OperatorRowsTests {
    private func scoped(_ configure: (inout UserPermissionLimits) -> Void) -> World {
        var template = UserPermissionLimits()
        configure(&template)
        var world = World()
        world.user.limits = .scoped
        world.useSigningKey { .scope(UserScope(key: $0, role: "sensor", template: template)) }
        return world
    }

    @Test("row 41: standard only is refused on WebSocket; one known type is enough; unknown types only admit nobody")
    func connectionTypes() throws {
        var world = World()
        world.facts.type = .webSocket
        for (types, expected) in [
            (["STANDARD"], Refusal.connectionTypeNotAllowed), (["WEBSOCKET"], nil), (["NEW", "websocket"], nil),
            (["NEW"], .connectionTypeNotAllowed), ([], nil),
        ] {
            world.user.limits.allowedConnectionTypes = types
            #expect(try world.refusal() == expected, "\(types)")
        }
    }

    @Test("row 46: a valid chain, an untrusted operator, an expired user") func chain() throws {
        var world = World()
        #expect(try world.refusal() == nil)
        world.accountSigner = KeyPair.generate(.operator)
        #expect(try world.refusal() == .untrustedAccount)
        world = World()
        world.user.expires = world.now - 1
        #expect(try world.refusal() == .userExpired)
    }

    @Test("row 47: the expiry is when the connection ends") func expiry() throws {
        var world = World()
        world.user.expires = world.now + 30
        #expect(try world.principal().endsAt == world.now + 30)
    }

    @Test("row 48: bearers need no signature; whose account it is has to hold") func bearers() throws {
        var world = World()
        world.user.limits.bearerToken = true
        world.presentsSignature = false
        #expect(try world.refusal() == nil)
        world.user.issuerAccount = world.accountKey.publicKey.text
        #expect(try world.refusal() == nil)
        let other = World()
        world.user.issuerAccount = other.accountKey.publicKey.text
        let token = try world.user.encode(signedBy: world.accountKey, at: 2000)
        var admission = Admission(
            PresentedCredentials(token: token), facts: world.facts, trust: world.trust)
        guard case .needs(.account(let key)) = admission.start(at: world.moment) else { Issue.record("no"); return }
        #expect(key == other.accountKey.publicKey)
        let foreign = try ResolvedAccount(token: other.account.encode(signedBy: world.operatorKey, at: 1))
        let step = admission.resume(account: foreign, at: world.moment)
        guard case .refused(.untrustedIssuer) = step else { Issue.record("\(step)"); return }
    }

    @Test("row 50: hours cross midnight, overlap, and end before the JWT does or after") func hours() throws {
        var world = World()
        world.secondsOfDay = 23 * 3600
        world.user.limits.times = [TimeRange(start: "22:00:00", end: "02:00:00")]
        #expect(try world.principal().endsAt == world.now + 3 * 3600)
        world.user.limits.times.append(TimeRange(start: "20:00:00", end: "23:30:00"))
        #expect(try world.principal().endsAt == world.now + 3 * 3600, "the window that ends last")
        world.user.expires = world.now + 60
        #expect(try world.principal().endsAt == world.now + 60)
        world.user.expires = world.now + 86_400
        #expect(try world.principal().endsAt == world.now + 3 * 3600)
        world.secondsOfDay = 2 * 3600
        #expect(try world.refusal() == .outsideHours)
        world.secondsOfDay = 2 * 3600 - 1
        #expect(try world.principal().endsAt == world.now + 1)
        world.user.limits.timeZone = "Europe/Berlin"
        world.secondsOfDay = nil
        #expect(try world.refusal() == .outsideHours, "a zone that nobody knows is closed")
    }

    @Test("row 52: pinned accounts, and always the system account") func pinned() throws {
        var world = World()
        let other = KeyPair.generate(.account).publicKey
        world.configure = { $0 = Trust(operators: $0.operators, pinnedAccounts: [other]) }
        #expect(try world.refusal() == .accountNotPinned)
        let own = world.accountKey.publicKey
        world.configure = {
            $0 = Trust(operators: $0.operators, pinnedAccounts: [other], systemAccount: .key(own))
        }
        #expect(try world.refusal() == nil)
        world.configure = { $0 = Trust(operators: $0.operators, pinnedAccounts: [other, own]) }
        #expect(try world.refusal() == nil)
    }

    @Test("row 53: who has no JWT comes in as the sentinel, which has to be a bearer") func sentinel() throws {
        func refusal(_ world: World, presenting token: String?) throws -> Refusal? {
            let sentinel = try world.user.encode(signedBy: world.userSigner, at: 2000)
            var trust = world.trust
            trust.defaultSentinel = sentinel
            var admission = Admission(
                PresentedCredentials(token: token, user: "ann", hasPassword: true), facts: world.facts, trust: trust)
            guard case .needs(.account) = admission.start(at: world.moment) else { return .noCredentials }
            let step = admission.resume(account: try world.resolved(), at: world.moment)
            if case .refused(let refusal) = step { return refusal }
            return nil
        }
        var world = World()
        world.user.limits.bearerToken = true
        #expect(try refusal(world, presenting: nil) == nil)
        #expect(try refusal(world, presenting: "not a JWT") == nil)
        world.user.limits.bearerToken = false
        #expect(try refusal(world, presenting: nil) == .sentinelNotBearer)
        #expect(try refusal(scoped { $0.bearerToken = true }, presenting: nil) == nil)
        #expect(try refusal(scoped { _ in }, presenting: nil) == .sentinelNotBearer)
    }

    @Test("row 57: a JWT that needs a proxy, by itself or by its scope") func proxies() throws {
        let proxy = KeyPair.generate(.server)
        var own = World()
        own.user.limits.proxyRequired = true
        for var world in [own, scoped { $0.proxyRequired = true }] {
            #expect(try world.refusal() == .proxyRequired)
            world.configure = { $0.proxies = [proxy.publicKey] }
            var admission = Admission(
                PresentedCredentials(
                    token: try world.user.encode(signedBy: world.userSigner, at: 2000),
                    signature: base64url(try world.userKey.sign(world.facts.nonce)),
                    proxySignature: base64url(try proxy.sign(world.facts.nonce))), facts: world.facts,
                trust: world.trust)
            guard case .needs = admission.start(at: world.moment),
                case .admitted(let principal) = admission.resume(account: try world.resolved(), at: world.moment)
            else { Issue.record("not let in"); return }
            #expect(principal.proxy == proxy.publicKey)
            // A proxy that is trusted no more takes its connections along.
            world.configure = { _ in }
            let review = Admission.review(
                principal, account: try world.resolved(), facts: world.facts, trust: world.trust, at: world.moment)
            guard case .refused = review else { Issue.record("\(review)"); return }
        }
    }

    @Test("row 101: scoped and plain signers; limits and ways in come from the template") func scopes() throws {
        var world = scoped {
            $0.payload = 512
            $0.subscriptions = 3
            $0.allowedConnectionTypes = ["STANDARD"]
        }
        let principal = try world.principal()
        #expect(principal.maximumPayload == 512 && principal.maximumSubscriptions == 3 && principal.role == "sensor")
        world.facts.type = .mqtt
        #expect(try world.refusal() == .connectionTypeNotAllowed)
        world.user.limits.payload = 1024
        #expect(try world.refusal() == .scopedUserWithPermissions)
        var plain = World()
        plain.useSigningKey { .key($0) }
        plain.user.limits.payload = 1024
        #expect(try plain.principal().maximumPayload == 1024)
    }

    @Test("row 98: defaults are for users without permissions, explicit ones stay") func defaults() throws {
        var world = World()
        world.account.defaultPermissions.publish.allow = ["a"]
        #expect(try !world.principal().permissions.decide(.publish, "b").isAllowed)
        let principal = try world.principal()
        #expect(principal.usesDefaultPermissions)
        world.account.defaultPermissions.publish.allow = ["b"]
        let review = Admission.review(
            principal, account: try world.resolved(), facts: world.facts, trust: world.trust, at: world.moment)
        guard case .admitted(let now) = review else { Issue.record("\(review)"); return }
        #expect(now.permissions.decide(.publish, "b").isAllowed && !now.permissions.decide(.publish, "a").isAllowed)
        world.user.limits.permissions.publish.allow = ["c"]
        #expect(try world.principal().permissions.decide(.publish, "c").isAllowed)
        #expect(try !world.principal().permissions.decide(.publish, "b").isAllowed)
    }

    @Test("binding: connection N of N is accepted, the next is not") func binding() {
        var limits = AccountLimits.unlimited
        #expect(Admission.refusalToBind(.standard, to: limits, connections: 1_000_000) == nil)
        limits.connections = 2
        limits.leafNodeConnections = 0
        #expect(Admission.refusalToBind(.standard, to: limits, connections: 1) == nil)
        #expect(Admission.refusalToBind(.standard, to: limits, connections: 2) == .accountConnectionLimit)
        #expect(Admission.refusalToBind(.leafNode, to: limits, connections: 0) == .accountConnectionLimit)
    }

    /// One program per role: holders share it, and it goes with the claims.
    @Test func holdersShareOneProgram() throws {
        var world = scoped { $0.permissions.publish.allow = ["t.{{name()}}"] }
        let account = try world.resolved()
        func principal(_ name: String) throws -> Principal {
            world.user.name = name
            guard case .admitted(let principal) = try world.admit(account: account) else {
                throw Unexpected(step: name)
            }
            return principal
        }
        let (one, other) = (try principal("one"), try principal("other"))
        #expect(one.program === other.program && one.grant === other.grant && account.programCount == 1)
        #expect(one.permissions.decide(.publish, "t.one").isAllowed)
        #expect(!one.permissions.decide(.publish, "t.other").isAllowed)
        // Claims that change nothing about the role keep its program.
        world.account.revocations = ["*": 5]
        let next = try world.resolved()
        next.inheritPrograms(of: account)
        guard case .admitted(let again) = try world.admit(account: next) else { Issue.record("not let in"); return }
        #expect(again.program === one.program && again.grant.source.version == next.version)
    }
}
