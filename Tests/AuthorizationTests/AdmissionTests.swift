import Authorization
import Claims
import NKeys
import Testing

@Suite struct AdmissionTests {
    @Test func letsAValidUserIn() throws {
        let world = World()
        let principal = try world.principal()
        #expect(principal.name == "alice" && principal.account == .key(world.accountKey.publicKey))
        #expect(principal.user == world.userKey.publicKey && principal.issuedAt == 2000 && principal.endsAt == nil)
        #expect(principal.maximumPayload == nil && principal.usesDefaultPermissions)
    }

    @Test func refusesWhatIsNoCredential() throws {
        let world = World()
        var admission = Admission(
            PresentedCredentials(token: nil, signature: nil), facts: world.facts, trust: world.trust)
        guard case .refused(.noCredentials) = admission.start(at: world.moment) else { Issue.record("let in"); return }
        let designating = PresentedCredentials(token: "x", signature: nil, designatesAccount: true)
        admission = Admission(designating, facts: world.facts, trust: world.trust)
        guard case .refused(.accountDesignated) = admission.start(at: world.moment) else {
            Issue.record("let in"); return
        }
        for token in ["", "a.b.c", "x", String(repeating: "A", count: 10_000)] {
            guard case .refused = try world.admit(token: token) else { Issue.record("let in \(token)"); return }
        }
        let account = try world.account.encode(signedBy: world.operatorKey, at: 1)
        guard case .refused(.undecodableUserToken) = try world.admit(token: account) else {
            Issue.record("account"); return
        }
    }

    @Test func aTamperedTokenIsRefused() throws {
        let world = World()
        let token = Array(try world.user.encode(signedBy: world.accountKey, at: 2000).utf8)
        for place in stride(from: 0, to: token.count, by: 7) {
            var tampered = token
            tampered[place] = tampered[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            let step = try world.admit(token: String(decoding: tampered, as: UTF8.self))
            guard case .refused = step else { Issue.record("let in with byte \(place) changed"); return }
        }
    }

    /// Keys are read with line breaks in them passed over; nobody else takes such a text for the key.
    @Test func keysAreTakenByTheirExactTextOnly() throws {
        for end in ["\n", "\r\n"] {
            var world = World()
            world.useSigningKey { .key($0) }
            #expect(try world.refusal() == nil)
            world.user.issuerAccount += end
            #expect(try world.isRefusedAtOnce(world.signed(issuer: world.signingKey.publicKey.text)))
            world = World()
            #expect(try !world.isRefusedAtOnce(world.signed(issuer: world.accountKey.publicKey.text)))
            #expect(try world.isRefusedAtOnce(world.signed(issuer: world.accountKey.publicKey.text + end)))
            world.user.subject += end
            #expect(try world.isRefusedAtOnce(world.signed(issuer: world.accountKey.publicKey.text)))
        }
    }

    @Test func hoursMayHaveAFraction() throws {
        var world = World()
        for (start, end) in [("11:59:59.9", "12:00:01,5"), ("00:00:00.5", "23:59:59.5"), ("9:00:00.25", "13:00:00")] {
            world.user.limits.times = [TimeRange(start: start, end: end)]
            #expect(try world.refusal() == nil, "\(start) to \(end)")
        }
        // The fraction of an end is cut off.
        world.user.limits.times = [TimeRange(start: "11:00:00", end: "12:00:00.9")]
        #expect(try world.refusal() == .outsideHours)
    }

    @Test func theNonceHasToBeSigned() throws {
        var world = World()
        let stranger = try KeyPair.generate(.user).sign(world.facts.nonce)
        guard case .refused(.invalidSignature) = try world.admit(signature: stranger) else {
            Issue.record("in"); return
        }
        let replayed = try world.userKey.sign(Array("another nonce..".utf8))
        guard case .refused(.invalidSignature) = try world.admit(signature: replayed) else {
            Issue.record("in"); return
        }
        world.presentsSignature = false
        #expect(try world.refusal() == .invalidSignature)
        world.user.limits.bearerToken = true
        #expect(try world.principal().isBearer)
        world.account.limits.disallowBearer = true
        #expect(try world.refusal() == .bearerNotAllowed)
    }

    @Test func theChainOfTrustHasToHold() throws {
        var world = World()
        world.accountSigner = KeyPair.generate(.operator)
        #expect(try world.refusal() == .untrustedAccount)
        world = World()
        world.accountSigner = world.accountKey
        #expect(try world.refusal() == .untrustedAccount)
        world = World()
        world.user.issuerAccount = world.accountKey.publicKey.text
        world.userSigner = KeyPair.generate(.account)
        #expect(try world.refusal() == .untrustedIssuer)
        world = World()
        guard case .refused(.unknownAccount) = try world.admit(account: .some(nil)) else { Issue.record("in"); return }
        let other = World()
        guard case .refused(.unknownAccount) = try world.admit(account: other.resolved()) else {
            Issue.record("in"); return
        }
    }

    @Test func signingKeysOfOperatorAndAccountCount() throws {
        var world = World()
        let key = KeyPair.generate(.operator)
        world.operatorClaims.signingKeys = [key.publicKey.text]
        world.accountSigner = key
        #expect(try world.refusal() == nil)
        world.useSigningKey { .key($0) }
        #expect(try world.refusal() == nil)
        world.operatorClaims.strictSigningKeyUsage = true
        #expect(try world.refusal() == nil)
        world.accountSigner = world.operatorKey
        #expect(try world.refusal() == .untrustedAccount)
    }

    @Test func timesAreChecked() throws {
        var world = World()
        world.user.expires = world.now - 1
        #expect(try world.refusal() == .userExpired)
        world.user.expires = world.now
        #expect(try world.principal().endsAt == world.now)
        world.user.expires = 0
        world.user.notBefore = world.now + 1
        #expect(try world.refusal() == .userNotYetValid)
        world.user.notBefore = 0
        world.account.expires = world.now - 1
        #expect(try world.refusal() == .accountExpired)
    }

    @Test func revocationsCompareIssueTimes() throws {
        var world = World()
        world.account.revocations = [world.userKey.publicKey.text: 1999]
        #expect(try world.refusal() == nil)
        world.account.revocations = [world.userKey.publicKey.text: 2000]
        #expect(try world.refusal() == .revoked)
        world.account.revocations = ["*": 2000]
        #expect(try world.refusal() == .revoked)
    }

    @Test func sourcesAndTypesAreChecked() throws {
        var world = World()
        world.user.limits.sources = ["192.168.0.0/16"]
        #expect(try world.refusal() == .sourceNotAllowed)
        world.user.limits.sources = ["192.168.0.0/16", "10.0.0.0/8"]
        #expect(try world.refusal() == nil)
        world.facts.address = nil
        #expect(try world.refusal() == .sourceNotAllowed)
        world = World()
        world.user.limits.allowedConnectionTypes = ["WEBSOCKET"]
        #expect(try world.refusal() == .connectionTypeNotAllowed)
        world.user.limits.allowedConnectionTypes = ["unheard-of", "standard"]
        #expect(try world.refusal() == nil)
        world.user.limits.allowedConnectionTypes = ["unheard-of"]
        #expect(try world.refusal() == .connectionTypeNotAllowed)
    }

    @Test(
        arguments: [
            ("11:00:00", "13:00:00", 3600), ("12:00:00", "13:00:00", nil), ("11:00:00", "12:00:00", nil),
            ("22:00:00", "06:00:00", nil), ("11:00:00", "06:00:00", 18 * 3600), ("18:00:00", "12:00:01", 1),
        ] as [(String, String, Int64?)])
    func timeWindows(_ start: String, _ end: String, _ remaining: Int64?) throws {
        var world = World()
        world.user.limits.times = [TimeRange(start: start, end: end)]
        if let remaining {
            #expect(try world.principal().endsAt == world.now + remaining)
        } else {
            #expect(try world.refusal() == .outsideHours)
        }
        world.secondsOfDay = nil
        #expect(try world.refusal() == .outsideHours)
    }

    @Test func limitsAreTheLeastOfUserAndAccount() throws {
        var world = World()
        world.user.limits.payload = 100
        world.account.limits.payload = 50
        world.account.limits.subscriptions = 1 << 40
        let principal = try world.principal()
        #expect(principal.maximumPayload == 50 && principal.maximumSubscriptions == Int(Int32.max))
        world.user.limits.subscriptions = -2
        #expect(try world.principal().maximumSubscriptions == 0)
    }

    @Test func proxiesAreRequired() throws {
        var world = World()
        world.user.limits.proxyRequired = true
        #expect(try world.refusal() == .proxyRequired)
    }

    @Test func pinnedAccountsOnly() throws {
        let world = World()
        let token = try world.user.encode(signedBy: world.accountKey, at: 2000)
        let trust = Trust(operators: [world.operatorClaims], pinnedAccounts: [KeyPair.generate(.account).publicKey])
        var admission = Admission(PresentedCredentials(token: token, signature: nil), facts: world.facts, trust: trust)
        guard case .refused(.accountNotPinned) = admission.start(at: world.moment) else {
            Issue.record("let in"); return
        }
        #expect(admission.claimant?.name == "alice")
    }
}

@Suite struct ScopeTests {
    private func scoped(_ configure: (inout UserPermissionLimits) -> Void) -> World {
        var template = UserPermissionLimits()
        configure(&template)
        var world = World()
        world.user.limits = .scoped
        world.useSigningKey { .scope(UserScope(key: $0, role: "sensor", template: template)) }
        return world
    }

    @Test func theTemplateMakesThePermissions() throws {
        var world = scoped { $0.permissions.publish.allow = ["t.{{name()}}.>"] }
        world.user.name = "press"
        let principal = try world.principal()
        #expect(principal.role == "sensor" && !principal.usesDefaultPermissions)
        #expect(principal.permissions.decide(.publish, subject: Array("t.press.x".utf8).span).isAllowed)
        #expect(!principal.permissions.decide(.publish, subject: Array("t.other.x".utf8).span).isAllowed)
    }

    @Test func `A template that says nothing of permissions leaves them to the account's defaults`() throws {
        var world = scoped { $0.subscriptions = 7 }
        world.account.defaultPermissions = Permissions(
            publish: Permission(allow: ["d.>", "u.{{name()}}"]), subscribe: Permission(deny: ["z.>"]))
        let principal = try world.principal()
        #expect(principal.usesDefaultPermissions && principal.role == "sensor" && principal.maximumSubscriptions == 7)
        #expect(principal.permissions.decide(.publish, "d.x").isAllowed)
        #expect(principal.permissions.decide(.subscribe, "a").isAllowed)
        #expect(!principal.permissions.decide(.subscribe, "z.x").isAllowed)
        // Defaults are no template.
        #expect(!principal.permissions.decide(.publish, "u.alice").isAllowed)
        #expect(principal.permissions.decide(.publish, "u.{{name()}}").isAllowed)
        let denied = principal.explain(principal.permissions.decide(.publish, "u.y").rule)
        #expect(denied.pointer?.hasPrefix("/nats/default_permissions") ?? true)
        // They are looked at anew where the account changes.
        world.account.defaultPermissions = Permissions()
        let review = Admission.review(
            principal, account: try world.resolved(), facts: world.facts, trust: world.trust, at: world.moment)
        guard case .admitted(let now) = review else { Issue.record("\(review)"); return }
        #expect(now.permissions.decide(.publish, "u.y").isAllowed)
    }

    @Test func `One list, or leave to answer, is enough to be without the defaults`() throws {
        let ways: [(inout UserPermissionLimits) -> Void] = [
            { $0.permissions.publish.deny = ["x"] }, { $0.permissions.subscribe.deny = ["x"] },
            { $0.permissions.subscribe.allow = ["{{tag(none)}}"] },
            { $0.permissions.response = ResponsePermission(maxMessages: 1, expires: 0) },
        ]
        for way in ways {
            var world = scoped(way)
            world.account.defaultPermissions = .nothing
            #expect(try !world.principal().usesDefaultPermissions)
        }
    }

    @Test func `Where answers may come to is the role's, also under the account's defaults`() throws {
        var world = scoped { _ in }
        world.account.defaultPermissions.subscribe.allow = ["in.>"]
        var settings = SettingsClaims(subject: world.account.subject)
        settings.roles[world.signingKey.publicKey.text] = RoleSettings(replies: .own)
        let account = try ResolvedAccount(
            token: world.account.encode(signedBy: world.accountSigner, at: 1000),
            settings: SettingsClaims.decode(settings.encode(signedBy: world.accountSigner, at: 1000)))
        guard case .admitted(let principal) = try world.admit(account: account) else { Issue.record("refused"); return }
        #expect(principal.permissions.decide(reply: Array("in.x".utf8).span).isAllowed)
        #expect(!principal.permissions.decide(reply: Array("out".utf8).span).isAllowed)
    }

    @Test func aScopedUserBringsNothingOfItsOwn() throws {
        var world = scoped { _ in }
        world.user.limits.permissions.publish.allow = [">"]
        #expect(try world.refusal() == .scopedUserWithPermissions)
        world.user.limits = UserPermissionLimits()
        #expect(try world.refusal() == .scopedUserWithPermissions)
    }

    /// Rule S2: restrictions are read from the effective user.
    @Test func restrictionsOfTheTemplateHold() throws {
        #expect(try scoped { $0.sources = ["192.168.0.0/16"] }.refusal() == .sourceNotAllowed)
        #expect(try scoped { $0.allowedConnectionTypes = ["MQTT"] }.refusal() == .connectionTypeNotAllowed)
        #expect(try scoped { $0.times = [TimeRange(start: "01:00:00", end: "02:00:00")] }.refusal() == .outsideHours)
        #expect(try scoped { $0.proxyRequired = true }.refusal() == .proxyRequired)
        var bearer = scoped { $0.bearerToken = true }
        bearer.presentsSignature = false
        #expect(try bearer.refusal() == nil)
        bearer.account.limits.disallowBearer = true
        #expect(try bearer.refusal() == .bearerNotAllowed)
    }

    /// Rule S6: a value fills exactly one literal token.
    @Test(arguments: ["a.b", "*", ">", "a b", ""])
    func hostileNamesDoNotWiden(_ name: String) throws {
        var world = scoped { $0.permissions.publish.allow = ["t.{{name()}}.x"] }
        world.user.name = name
        guard case .admitted(let principal) = try world.admit() else { return }
        for subject in ["t.a.b.x", "t.y.x", "t.x", "t.a.x"] {
            #expect(!principal.permissions.decide(.publish, subject: Array(subject.utf8).span).isAllowed)
        }
    }

    @Test func aRemovedKeyOrAChangedRoleIsSeenByAReview() throws {
        var world = scoped { $0.permissions.publish.allow = ["a"] }
        let principal = try world.principal()
        world.account.removeSigningKey(world.signingKey.publicKey.text)
        let gone = Admission.review(
            principal, account: try world.resolved(), facts: world.facts, trust: world.trust, at: world.moment)
        guard case .refused(.untrustedIssuer) = gone else { Issue.record("\(gone)"); return }

        var template = UserPermissionLimits()
        template.permissions.publish.allow = ["b"]
        world.account.setSigningKey(
            .scope(UserScope(key: world.signingKey.publicKey.text, role: "sensor", template: template)))
        let changed = Admission.review(
            principal, account: try world.resolved(), facts: world.facts, trust: world.trust, at: world.moment)
        guard case .admitted(let now) = changed else { Issue.record("\(changed)"); return }
        #expect(now.permissions.decide(.publish, subject: Array("b".utf8).span).isAllowed)
        #expect(!now.permissions.decide(.publish, subject: Array("a".utf8).span).isAllowed)
    }
}
