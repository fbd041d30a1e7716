import Authorization
import Claims
import NKeys
import Testing

/// The security advisories of the NATS project about permissions, templates and the decoding of claims that this room
/// alone can show, each by its number.
@Suite struct AdvisoryTests {
    @Test("advisory 2020-02: expired or revoked credentials are refused, and cut when they become so") func expiry()
        throws
    {
        var world = World()
        world.user.expires = world.now + 10
        let principal = try world.principal()
        world.now += 11
        #expect(try world.refusal() == .userExpired)
        let late = Admission.review(
            principal, account: try world.resolved(), facts: world.facts, trust: world.trust, at: world.moment)
        guard case .refused(.userExpired) = late else { Issue.record("\(late)"); return }
        world.now -= 11
        for key in [world.userKey.publicKey.text, "*"] {
            world.account.revocations = RevocationList()
            world.account.revocations.revoke(key, at: 2000)
            #expect(try world.refusal() == .revoked)
            let cut = Admission.review(
                principal, account: try world.resolved(), facts: world.facts, trust: world.trust, at: world.moment)
            guard case .refused(.revoked) = cut else { Issue.record("\(cut)"); return }
        }
    }

    @Test("advisory 2020-03: a malformed JWT is one refused connection") func malformedTokens() throws {
        let world = World()
        let token = try world.user.encode(signedBy: world.accountKey, at: 2000)
        let parts = token.split(separator: ".").map(String.init)
        let hostile = [
            "", ".", "..", "...", parts[0], parts[0] + "." + parts[1], parts[0] + ".." + parts[2],
            parts[0] + ".e30." + parts[2], parts[0] + ".bnVsbA." + parts[2], parts[0] + ".W10." + parts[2],
            token + ".x",
            String(repeating: "A", count: 2 << 20), parts[0] + "." + String(repeating: "A", count: 1 << 20) + ".A",
            "eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0." + parts[1] + ".",
        ]
        for token in hostile {
            guard case .refused(let refusal) = try world.admit(token: token) else { Issue.record("let in"); return }
            #expect(refusal == .undecodableUserToken || refusal == .noCredentials)
        }
    }

    @Test("advisory 2021-02: an activation serves one importer, kind and subject") func activations() throws {
        let (exporter, importer, other) = (
            KeyPair.generate(.account), KeyPair.generate(.account), KeyPair.generate(.account)
        )
        var account = AccountClaims(subject: exporter.publicKey.text)
        account.exports = [Export(subject: "q.>", type: .service, tokenRequired: true)]
        var activation = ActivationClaims(subject: importer.publicKey.text)
        activation.importSubject = "q.a"
        activation.importType = .service
        let token = try activation.encode(signedBy: exporter, at: 50)
        func refusal(_ subject: String, _ key: KeyPair, _ type: ExportType = .service) -> ImportRefusal? {
            do {
                let use = Import(subject: subject, account: exporter.publicKey.text, token: token, type: type)
                _ = try ImportUse.grant(use, importer: .key(key.publicKey), exporter: account, at: 100)
                return nil
            } catch {
                return error
            }
        }
        #expect(refusal("q.a", importer) == nil)
        #expect(refusal("q.a", other) == .activationInvalid && refusal("q.b", importer) == .activationInvalid)
        #expect(refusal("q.*", importer) == .activationInvalid)
        #expect(refusal("q.a", importer, .stream) == .noExport)
    }

    @Test("advisory 2022-01: a client never chooses its account") func accountDesignation() throws {
        let world = World()
        let token = try world.user.encode(signedBy: world.accountKey, at: 2000)
        let signature = base64url(try world.userKey.sign(world.facts.nonce))
        let credentials = PresentedCredentials(token: token, signature: signature, designatesAccount: true)
        for trust in [world.trust, Trust(operators: [])] {
            var admission = Admission(credentials, facts: world.facts, trust: trust)
            guard case .refused(.accountDesignated) = admission.start(at: world.moment) else {
                Issue.record("let in"); return
            }
        }
    }

    @Test("advisory 2022-03: an account's name is a key, or the account does not exist") func accountNames() throws {
        let world = World()
        for name in ["../../etc/passwd", "", "A", "UABC", world.operatorKey.publicKey.text] {
            var claims = world.user
            claims.issuerAccount = name
            guard let token = try? claims.encode(signedBy: world.accountKey, at: 2000) else { continue }
            var admission = Admission(PresentedCredentials(token: token), facts: world.facts, trust: world.trust)
            switch admission.start(at: world.moment) {
            case .refused: break
            case .needs(.account(let key)): #expect(key == world.accountKey.publicKey && name.isEmpty)
            default: Issue.record("let in with \(name)")
            }
        }
    }

    @Test("advisory 2022-04: the filter of deliveries holds for queue members too") func queueMembers() throws {
        let permissions = try program(subscribe: Permission(deny: ["foo.secret"]))
        #expect(permissions.decide(.subscribe, "foo.*", "q").isAllowed && permissions.needsFilter("foo.*", "q"))
        #expect(!permissions.decide(.deliver, "foo.secret", "q").isAllowed)
        #expect(permissions.decide(.deliver, "foo.open", "q").isAllowed)
    }

    @Test("advisory 2026-07: no subject is exempt from permissions") func noNamespaceIsExempt() throws {
        let permissions = try program(
            publish: Permission(allow: ["a.>"], deny: ["$MQTT.>"]), subscribe: Permission(allow: ["a.>"]))
        for subject in ["$MQTT.msgs.x", "$JS.API.STREAM.DELETE.S", "$KV.b.k", "$SYS.REQ.SERVER.PING", "_INBOX.x"] {
            #expect(!permissions.decide(.publish, subject).isAllowed)
            #expect(!permissions.decide(.subscribe, subject).isAllowed)
        }
    }

    @Test("advisory 2026-17: a pattern that overlaps a deny is filtered, in every shape", arguments: [nil, "q"])
    func overlaps(_ queue: String?) throws {
        for (pattern, deny, denied, open) in [
            ("foo.*", "*.secret", "foo.secret", "foo.open"), ("foo.bar.*", "foo.*.x", "foo.bar.x", "foo.bar.y"),
            ("foo.>", "*.bar.>", "foo.bar.x", "foo.baz.x"), ("*.b.*", "a.*.>", "a.b.c", "x.b.c"),
            (">", "a", "a", "a.b"), ("*.>", "*.*.x", "a.b.x", "a.b.y"),
        ] {
            let permissions = try program(subscribe: Permission(deny: [deny]))
            #expect(permissions.decide(.subscribe, pattern, queue).isAllowed)
            #expect(permissions.needsFilter(pattern, queue), "\(pattern) under deny \(deny)")
            #expect(!permissions.decide(.deliver, denied, queue).isAllowed)
            #expect(permissions.decide(.deliver, open, queue).isAllowed)
        }
    }

    @Test("advisory 2026-18: a plain deny is final, whatever is said of groups") func plainDenyIsFinal() throws {
        for allow in [["foo"], ["foo q"], ["foo", "foo q"], [">", "foo >"]] {
            for deny in [["foo", "foo other"], ["foo other", "foo"], ["foo"]] {
                let permissions = try program(subscribe: Permission(allow: allow, deny: deny))
                for queue in [nil, "q", "other"] {
                    #expect(!permissions.decide(.subscribe, "foo", queue).isAllowed)
                    #expect(!permissions.decide(.deliver, "foo", queue).isAllowed)
                }
            }
        }
    }

    @Test("advisory 2026-23: a key that is cut short names nobody") func shortKeys() throws {
        let world = World()
        let whole = world.accountKey.publicKey.text
        for count in 0..<whole.count { #expect((try? PublicKey(String(whole.prefix(count)))) == nil) }
        var account = world.account
        account.setSigningKey(.key(String(whole.prefix(30))))
        // Such an account breaks a rule, and nobody signs in to it.
        if let token = try? account.encode(signedBy: world.operatorKey, at: 1) {
            guard case .refused(.invalidAccountClaims) = try world.admit(account: ResolvedAccount(token: token)) else {
                Issue.record("let in"); return
            }
        }
    }

    @Test("limits beyond 32 bits are no smaller for it") func largeLimits() throws {
        var world = World()
        for limit in [Int64(Int32.max) + 1, Int64.max, 1 << 40] {
            world.user.limits.payload = limit
            world.user.limits.subscriptions = limit
            let principal = try world.principal()
            #expect(principal.maximumPayload == Int(Int32.max) && principal.maximumSubscriptions == Int(Int32.max))
        }
        for limit in [Int64.min, -2] {
            world.user.limits.payload = limit
            #expect(try world.principal().maximumPayload == 0)
        }
    }

    /// Rule S16: the answer to a request cannot be aimed at what its sender may not read.
    @Test("the reply subject is one that its sender may subscribe to, where the role says so") func ownReplies() throws
    {
        let permissions = Permissions(
            publish: Permission(), subscribe: Permission(allow: ["_INBOX.me.>", "jobs w"], deny: ["_INBOX.me.x"]))
        let own = try EffectivePermissions(PermissionProgram(permissions, replies: .own))
        func decide(_ reply: String) -> Decision { own.decide(reply: Array(reply.utf8).span) }
        #expect(decide("_INBOX.me.1").isAllowed)
        #expect(decide("_INBOX.you.1").rule == Rule(.foreignReply, .subscribeAllow))
        #expect(decide("_INBOX.me.x").rule == Rule(.foreignReply, .subscribeDeny, entry: 0))
        #expect(decide("jobs").rule.effect == .foreignReply, "only a plain subscription counts")
        for reply in ["_INBOX..1", "_INBOX.me.", ".", "_INBOX.me.>.x", ">"] { #expect(!decide(reply).isAllowed) }
        let any = try EffectivePermissions(PermissionProgram(permissions))
        #expect(any.decide(reply: Array("orders.new".utf8).span).isAllowed)
        for reserved in ["_R_.abc", "_GR_.x", "$JS.ACK.S.C.1"] {
            #expect(any.decide(reply: Array(reserved.utf8).span).rule == Rule(.reserved))
        }
    }

    @Test("row 21 and 22: reserved subjects") func reservedSubjects() throws {
        let program = try PermissionProgram(Permissions(publish: Permission(), subscribe: Permission()))
        let user = try EffectivePermissions(program)
        #expect(user.decide(.publish, "$NRG.x").rule == Rule(.reserved))
        #expect(user.decide(.publish, "_GR_.x.y").rule == Rule(.reserved))
        #expect(user.decide(.respond, "_GR_.x.y").rule == Rule(.reserved))
        #expect(user.decide(.publish, "$SYS.REQ.USER.AUTH").isAllowed)
        let system = try EffectivePermissions(program, standing: .systemAccount)
        #expect(system.decide(.publish, "$NRG.x").isAllowed && !system.decide(.publish, "_GR_.x").isAllowed)
        let callout = try EffectivePermissions(program, standing: .calloutAccount)
        #expect(callout.decide(.publish, "$SYS.REQ.USER.AUTH").rule == Rule(.reserved))
        #expect(callout.decide(.publish, "$SYS.REQ.USER.AUTHX").isAllowed)
    }
}
