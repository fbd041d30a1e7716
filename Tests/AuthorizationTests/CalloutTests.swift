import Authorization
import Claims
import NKeys
import Secrets
import Testing

/// Authentication callouts, as a pure machine: when they are asked, and which answers count.
@Suite struct CalloutTests {
    private let server = KeyPair.generate(.server)
    private let userKey = KeyPair.generate(.user)
    private let issuer = KeyPair.generate(.account)
    private let now = Moment(seconds: 1_000_000) { _ in 43_200 }

    // MARK: Users of the configuration

    private func world(allowed: Set<String> = []) throws -> LocalWorld {
        var world = LocalWorld(
            try LocalUser(name: "auth", password: LocalWorld.stated("auth"), account: "AUTH"),
            try LocalUser(name: "ann", password: LocalWorld.stated("pw"), account: "FOO"))
        world.trust.local.accounts = ["AUTH", "FOO", "BAR"]
        world.trust.local.callout = LocalCallout(
            issuer: issuer.publicKey, account: "AUTH", users: ["auth"], allowedAccounts: allowed)
        return world
    }

    /// Signs in until the callout is asked, and answers.
    private func answer(
        _ world: LocalWorld, _ credentials: PresentedCredentials, password: String = "",
        _ token: String?, wasSealed: Bool = false
    ) -> Admission.Step {
        var admission = Admission(credentials, facts: world.facts, trust: world.trust)
        var step = admission.start(at: now)
        if case .needs(.password(let check)) = step {
            step = admission.resume(
                passwordIsRight: check.stated.matches(Secret(copying: Array(password.utf8))), at: now)
        }
        guard case .needs(.callout) = step else { return step }
        return admission.resume(
            callout: CalloutAnswer(
                token: token, wasSealed: wasSealed, userKey: userKey.publicKey, server: server.publicKey), at: now)
    }

    private func response(
        signer: KeyPair? = nil, _ changeUser: (inout UserClaims) -> Void = { _ in },
        _ change: (inout AuthorizationResponseClaims) -> Void = { _ in }
    ) throws -> String {
        var user = UserClaims(subject: userKey.publicKey.text, name: "dlc")
        user.common.audience = "BAR"
        changeUser(&user)
        var claims = AuthorizationResponseClaims(subject: userKey.publicKey.text)
        claims.common.audience = server.publicKey.text
        claims.jwt = try user.encode(signedBy: signer ?? issuer, at: 999_000)
        change(&claims)
        return try claims.encode(signedBy: signer ?? issuer, at: 999_000)
    }

    private func refusal(_ step: Admission.Step) -> Refusal? {
        if case .refused(let refusal) = step { return refusal }
        return nil
    }

    private let stranger = PresentedCredentials(user: "dlc", hasPassword: true)

    @Test("row 66: an unknown user is asked about, and no answer is no") func basics() throws {
        let world = try world()
        let step = answer(world, stranger, try response { $0.limits.permissions.publish.allow = ["a"] })
        guard case .admitted(let principal) = step else { Issue.record("\(step)"); return }
        #expect(principal.name == "dlc" && principal.account == .name("BAR") && principal.claimant.kind == .callout)
        #expect(
            principal.permissions.decide(.publish, "a").isAllowed
                && !principal.permissions.decide(.publish, "b").isAllowed)
        #expect(refusal(answer(world, stranger, nil)) == .calloutWithoutAnswer)
        #expect(refusal(answer(world, stranger, "")) == .calloutWithoutAnswer)
        #expect(refusal(answer(world, stranger, "rubbish")) == .calloutInvalidAnswer)
        let ended = answer(world, stranger, try response { $0.expires = 1_000_500 })
        guard case .admitted(let user) = ended else { Issue.record("\(ended)"); return }
        #expect(user.endsAt == 1_000_500)
    }

    /// Whoever proved to be somebody else is asked about, whatever else it calls itself.
    @Test("2.8: an answerer's name that was not proved keeps nobody from being asked about")
    func unprovedNames() throws {
        let world = try world()
        var ann = PresentedCredentials(user: "ann", hasPassword: true)
        ann.nkey = "auth"
        var admission = Admission(ann, facts: world.facts, trust: world.trust)
        var step = admission.start(at: now)
        if case .needs(.password) = step { step = admission.resume(passwordIsRight: true, at: now) }
        guard case .needs(.callout) = step else { Issue.record("\(step)"); return }
    }

    @Test("row 66: who answers may not ask, and its account may not either") func answerers() throws {
        let world = try world()
        let auth = PresentedCredentials(user: "auth", hasPassword: true)
        let principal = try #require(world.principal(auth, password: "auth"))
        #expect(principal.permissions.decide(.publish, "$SYS.REQ.USER.AUTH").rule == Rule(.reserved))
        let placed = answer(world, stranger, try response { $0.common.audience = "AUTH" })
        guard case .admitted(let user) = placed else { Issue.record("\(placed)"); return }
        #expect(!user.permissions.decide(.publish, "$SYS.REQ.USER.AUTH").isAllowed)
    }

    @Test("row 74: a failed login of an answerer asks nobody") func answererFails() throws {
        let auth = PresentedCredentials(user: "auth", hasPassword: true)
        #expect(refusal(answer(try world(), auth, password: "no", try response())) == .wrongPassword)
    }

    @Test("rows 67 and 69: who is asked about") func scope() throws {
        let ann = PresentedCredentials(user: "ann", hasPassword: true)
        var step = answer(try world(), ann, password: "pw", try response())
        guard case .admitted(let asked) = step else { Issue.record("\(step)"); return }
        #expect(asked.name == "dlc", "a good login is asked about too")
        step = answer(try world(allowed: ["BAR"]), ann, password: "pw", try response())
        guard case .admitted(let spared) = step else { Issue.record("\(step)"); return }
        #expect(spared.name == "ann" && spared.account == .name("FOO"))
        step = answer(try world(allowed: ["FOO"]), ann, password: "no", try response())
        guard case .admitted = step else { Issue.record("a failure is turned"); return }
        #expect(
            refusal(answer(try world(), stranger, try response { $0.common.audience = "NONE" })) == .calloutPlacement)
    }

    @Test("rows 73 and 75: errors, wrong audience, wrong user, expired answers") func badAnswers() throws {
        let world = try world()
        let other = KeyPair.generate(.user).publicKey.text
        for (expected, token) in [
            (
                Refusal.calloutDenied,
                try response { _ in
                } _: {
                    ($0.jwt, $0.error) = ("", "no")
                }
            ),
            (
                .calloutWrongAudience,
                try response { _ in
                } _: {
                    $0.common.audience = KeyPair.generate(.server).publicKey.text
                }
            ),
            (.calloutWrongUser, try response { $0.subject = other }),
            (
                .calloutWrongUser,
                try response { _ in
                } _: {
                    $0.subject = other
                }
            ),
            (.userExpired, try response { $0.expires = 999_999 }),
            (
                .calloutExpired,
                try response { _ in
                } _: {
                    $0.expires = 999_999
                }
            ),
            (
                .calloutInvalidAnswer,
                try response { _ in
                } _: {
                    $0.error = "both"
                }
            ),
            (.calloutUntrustedIssuer, try response(signer: .generate(.account))),
            (.calloutUntrustedIssuer, try response { $0.issuerAccount = self.issuer.publicKey.text }),
            (.sourceNotAllowed, try response { $0.limits.sources = ["192.168.0.0/16"] }),
            (.connectionTypeNotAllowed, try response { $0.limits.allowedConnectionTypes = ["MQTT"] }),
        ] {
            #expect(refusal(answer(world, stranger, token)) == expected)
        }
        // Sealed answers need no signature of the account, the users in them do.
        let forged = try response(signer: .generate(.account))
        #expect(refusal(answer(world, stranger, forged, wasSealed: true)) == .calloutUntrustedIssuer)
    }

    @Test("row 79: a proxy that either side demands is needed") func proxies() throws {
        var world = try world()
        #expect(refusal(answer(world, stranger, try response { $0.limits.proxyRequired = true })) == .proxyRequired)
        world.trust.local.add(
            try LocalUser(name: "eve", password: LocalWorld.stated("pw"), account: "FOO", proxyRequired: true))
        let eve = PresentedCredentials(user: "eve", hasPassword: true)
        #expect(refusal(answer(world, eve, password: "pw", try response())) == .proxyRequired)
    }

    @Test("row 66: what the request says, and what it hides") func request() throws {
        let world = try world()
        var admission = Admission(
            PresentedCredentials(signature: "sig", hasSharedToken: true), facts: world.facts, trust: world.trust)
        guard case .needs(.callout(let question)) = admission.start(at: now) else { Issue.record("not asked"); return }
        #expect(question.account == .name("AUTH") && question.subject == issuer.publicKey.text)
        let claims = question.request(
            userKey: userKey.publicKey, server: ServerIdentity(), client: ClientInformation(),
            options: ConnectOptions(),
            nonce: world.facts.nonce, at: now, timeout: 2)
        #expect(claims.client.user == "[REDACTED]" && claims.userKey == userKey.publicKey.text)
        #expect(claims.common.audience == "nats-authorization-request" && claims.expires == 1_000_002)
        #expect(claims.requestNonce == "abcdefghijklmno")
        #expect(
            try AuthorizationRequestClaims.decode(claims.encode(signedBy: server, at: 1_000_000)).userKey
                == claims.userKey)
    }

    // MARK: Operator mode

    /// An account that has callouts for its users, and another that they may be placed in.
    private func operatorWorld() -> (World, KeyPair) {
        var world = World()
        let answering = KeyPair.generate(.user)
        world.account.authorization.users = [answering.publicKey.text]
        return (world, answering)
    }

    private func answer(
        _ world: World, signature: String?, _ token: String?, wasSealed: Bool = false, other: ResolvedAccount? = nil
    ) throws -> Admission.Step {
        let user = try world.user.encode(signedBy: world.userSigner, at: 2000)
        var admission = Admission(
            PresentedCredentials(token: user, signature: signature), facts: world.facts, trust: world.trust)
        guard case .needs(.account) = admission.start(at: world.moment) else { return .refused(.outOfTurn) }
        var step = admission.resume(account: try world.resolved(), at: world.moment)
        guard case .needs(.callout) = step else { return step }
        step = admission.resume(
            callout: CalloutAnswer(
                token: token, wasSealed: wasSealed, userKey: userKey.publicKey, server: server.publicKey),
            at: world.moment)
        guard case .needs(.account) = step else { return step }
        return admission.resume(account: other, at: world.moment)
    }

    @Test("row 70: operator mode: own account, allowed accounts, others, current keys") func operatorMode() throws {
        var (world, answering) = operatorWorld()
        func response(_ signer: KeyPair, _ user: (inout UserClaims) -> Void = { _ in }) throws -> String {
            var claims = UserClaims(subject: userKey.publicKey.text, name: "dlc")
            user(&claims)
            var answer = AuthorizationResponseClaims(subject: userKey.publicKey.text)
            answer.common.audience = server.publicKey.text
            answer.jwt = try claims.encode(signedBy: signer, at: 3000)
            return try answer.encode(signedBy: world.accountKey, at: 3000)
        }
        // The user presented nothing good: the callout turns that.
        var step = try answer(world, signature: nil, response(world.accountKey))
        guard case .admitted(let own) = step else { Issue.record("\(step)"); return }
        #expect(own.account == .key(world.accountKey.publicKey) && own.user == userKey.publicKey)
        #expect(!own.permissions.decide(.publish, "$SYS.REQ.USER.AUTH").isAllowed)

        let foreign = KeyPair.generate(.account)
        let other = try ResolvedAccount(
            token: AccountClaims(subject: foreign.publicKey.text).encode(signedBy: world.operatorKey, at: 1))
        #expect(try refusal(answer(world, signature: nil, response(foreign), other: other)) == .calloutPlacement)
        for allowed in [[foreign.publicKey.text], ["*"]] {
            world.account.authorization.allowedAccounts = allowed
            step = try answer(world, signature: nil, response(foreign), other: other)
            guard case .admitted(let placed) = step else { Issue.record("\(step)"); return }
            #expect(placed.account == .key(foreign.publicKey))
        }
        // A key that has left the account signs nothing any more.
        let gone = KeyPair.generate(.account)
        let left = try response(gone) { $0.issuerAccount = world.accountKey.publicKey.text }
        #expect(try refusal(answer(world, signature: nil, left)) == .untrustedIssuer)
        // Rows 77 and 80: revocations reach callout's users; without the claim nobody is asked.
        world.account.revocations = ["*": 3000]
        #expect(try refusal(answer(world, signature: nil, response(world.accountKey))) == .revoked)
        world.account.authorization = ExternalAuthorization()
        #expect(try refusal(answer(world, signature: nil, nil)) == .invalidSignature)
        // The answerer itself is not asked about.
        world.account.authorization.users = [answering.publicKey.text]
        world.account.revocations = RevocationList()
        world.user.subject = answering.publicKey.text
        let signature = base64url(try answering.sign(world.facts.nonce))
        guard case .admitted = try answer(world, signature: signature, nil) else { Issue.record("asked"); return }
        #expect(try refusal(answer(world, signature: nil, nil)) == .invalidSignature)
    }
}
