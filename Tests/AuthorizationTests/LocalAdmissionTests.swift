import Authorization
import Claims
import NKeys
import Secrets
import Testing

/// Rows of the conformance table, by number, that users of a server's configuration show.
@Suite struct LocalAdmissionTests {
    private let nothing = PresentedCredentials()

    @Test("row 28: names, passwords and tokens, in clear and hashed") func passwords() throws {
        // bcrypt of "s3cr3t", at the least cost.
        let hash = "$2b$04$NHMCUylo/YaNQHyBAY3iSudfCoUQrw0ympLi11EABeJVsklZKChxm"
        let world = LocalWorld(
            try LocalUser(name: "ann", password: LocalWorld.stated("pw")),
            try LocalUser(name: "bob", password: LocalWorld.stated(hash)))
        #expect(world.login("ann", "pw") == nil && world.login("ann", "px") == .wrongPassword)
        #expect(world.login("ann", "") == .wrongPassword && world.login("eve", "pw") == .unknownUser)
        #expect(world.login("bob", "s3cr3t") == nil && world.login("bob", "S3cr3t") == .wrongPassword)
        #expect(world.login("bob", hash) == .wrongPassword, "the hash is not the password")
        #expect(world.refusal(nothing) == .unknownUser || world.refusal(nothing) == .noCredentials)

        var token = LocalWorld()
        token.trust.local.sharedToken = try LocalUser(name: "token", password: LocalWorld.stated("t0ken"))
        token.trust.local.hasAuthorizationBlock = true
        let presented = PresentedCredentials(hasSharedToken: true)
        #expect(token.refusal(presented, password: "t0ken") == nil)
        #expect(token.refusal(presented, password: "other") == .wrongPassword)
        #expect(token.refusal(nothing) == .noCredentials)
        #expect(token.principal(presented, password: "t0ken")?.claimant.kind == .sharedToken)

        var single = LocalWorld()
        single.trust.local.single = try LocalUser(name: "me", password: LocalWorld.stated("pw"))
        #expect(single.login("me", "pw") == nil && single.login("you", "pw") == .unknownUser)
    }

    @Test("row 30: keys need a known key and its signature") func keys() throws {
        let pair = KeyPair.generate(.user)
        let world = LocalWorld(try LocalUser(name: pair.publicKey.text, key: pair.publicKey))
        let signature = base64url(try pair.sign(world.facts.nonce))
        let key = pair.publicKey.text
        #expect(world.refusal(PresentedCredentials(signature: signature, nkey: key)) == nil)
        #expect(world.refusal(PresentedCredentials(nkey: key)) == .invalidSignature)
        #expect(world.refusal(PresentedCredentials(signature: "AAAA", nkey: key)) == .invalidSignature)
        let other = KeyPair.generate(.user)
        let others = base64url(try other.sign(world.facts.nonce))
        #expect(world.refusal(PresentedCredentials(signature: others, nkey: key)) == .invalidSignature)
        #expect(world.refusal(PresentedCredentials(signature: others, nkey: other.publicKey.text)) == .unknownKey)
        #expect(world.refusal(PresentedCredentials(signature: signature)) != nil)
    }

    @Test("row 31: users and keys side by side, each in its account") func accounts() throws {
        let pair = KeyPair.generate(.user)
        let world = LocalWorld(
            try LocalUser(name: pair.publicKey.text, key: pair.publicKey, account: "A"),
            try LocalUser(name: "ann", password: LocalWorld.stated("pw"), account: "B"))
        let signed = PresentedCredentials(
            signature: base64url(try pair.sign(world.facts.nonce)), nkey: pair.publicKey.text)
        #expect(world.principal(signed)?.account == .name("A"))
        let named = PresentedCredentials(user: "ann", hasPassword: true)
        #expect(world.principal(named, password: "pw")?.account == .name("B"))
    }

    @Test("rows 32 and 33: the fallback user is for those who present nothing") func noAuthUser() throws {
        let pair = KeyPair.generate(.user)
        var world = LocalWorld(
            try LocalUser(name: "guest", account: "GUESTS"),
            try LocalUser(name: pair.publicKey.text, key: pair.publicKey, account: "KEYS"))
        #expect(world.refusal(nothing) != nil)
        world.trust.local.noAuthUser = "guest"
        #expect(world.principal(nothing)?.account == .name("GUESTS"))
        #expect(world.login("nobody", "wrong") == .unknownUser)
        #expect(world.login("guest", "wrong") == .wrongPassword)
        #expect(world.refusal(PresentedCredentials(hasSharedToken: true)) != nil)
        // Without operators a JWT says nothing, so it is as good as nothing.
        #expect(world.principal(PresentedCredentials(token: "x", signature: "y"))?.account == .name("GUESTS"))
        // A key's fallback needs no signature.
        world.trust.local.noAuthUser = pair.publicKey.text
        #expect(world.principal(nothing)?.account == .name("KEYS"))
    }

    @Test("row 36, advisory 2026-24: the fallback user's restrictions hold") func noAuthUserRestrictions() throws {
        var world = LocalWorld(
            try LocalUser(name: "web", allowedConnectionTypes: ["WEBSOCKET"]),
            try LocalUser(name: "proxied", proxyRequired: true))
        world.trust.local.noAuthUser = "web"
        #expect(world.refusal(nothing) == .connectionTypeNotAllowed)
        world.facts.type = .webSocket
        #expect(world.refusal(nothing) == nil)
        world.trust.local.noAuthUser = "proxied"
        #expect(world.refusal(nothing) == .proxyRequired)
    }

    @Test("row 37: a listener's own fallback user goes before the server's") func listenersFallback() throws {
        var world = LocalWorld(try LocalUser(name: "all", account: "ALL"), try LocalUser(name: "web", account: "WEB"))
        world.trust.local.noAuthUser = "all"
        world.facts.noAuthUser = "web"
        #expect(world.principal(nothing)?.account == .name("WEB"))
    }

    @Test("row 39, advisory 2023-01: unnamed clients only without any authorization block") func unnamed() throws {
        let system = try LocalUser(name: "admin", password: LocalWorld.stated("pw"), account: "SYS")
        var world = LocalWorld(system)
        world.trust.systemAccount = .name("SYS")
        #expect(world.principal(nothing)?.account == .global)
        #expect(world.login("admin", "pw") == nil && world.login("admin", "no") == .wrongPassword)
        world.trust.local.hasAuthorizationBlock = true
        #expect(world.refusal(nothing) != nil)
        world.trust.local.hasAuthorizationBlock = false
        world.trust.local.add(try LocalUser(name: "ann", account: "A"))
        #expect(world.refusal(nothing) != nil)
        // Without anything configured everybody comes in, whatever they present.
        #expect(LocalWorld().principal(nothing)?.account == .global && LocalWorld().login("x", "y") == nil)
    }

    @Test("rows 42 and 40: ways to connect") func connectionTypes() throws {
        var world = LocalWorld(
            try LocalUser(
                name: "here", password: LocalWorld.stated("pw"), allowedConnectionTypes: ["in_process"]))
        #expect(world.login("here", "pw") == .connectionTypeNotAllowed)
        world.facts.type = .inProcess
        #expect(world.login("here", "pw") == nil)
    }

    @Test("row 49: outside operator mode a JWT is nothing") func tokensAreIgnored() throws {
        let world = LocalWorld(try LocalUser(name: "ann", password: LocalWorld.stated("pw")))
        let token = try World().user.encode(signedBy: World().accountKey, at: 1)
        #expect(world.refusal(PresentedCredentials(token: token)) != nil)
        let both = PresentedCredentials(token: token, user: "ann", hasPassword: true)
        #expect(world.principal(both, password: "pw")?.claimant.token == nil)
    }

    @Test("row 57: users that need a proxy, of every kind") func proxyRequired() throws {
        let pair = KeyPair.generate(.user)
        let proxy = KeyPair.generate(.server)
        var world = LocalWorld(
            try LocalUser(name: "ann", password: LocalWorld.stated("pw"), proxyRequired: true),
            try LocalUser(name: pair.publicKey.text, key: pair.publicKey, proxyRequired: true))
        world.trust.proxies = [proxy.publicKey]
        #expect(world.login("ann", "pw") == .proxyRequired)
        var signed = PresentedCredentials(
            signature: base64url(try pair.sign(world.facts.nonce)), nkey: pair.publicKey.text)
        #expect(world.refusal(signed) == .proxyRequired)
        signed.proxySignature = base64url(try proxy.sign(world.facts.nonce))
        #expect(world.principal(signed)?.proxy == proxy.publicKey)
    }

    @Test("row 58: a proxy's signature is by a trusted key, or nobody comes in") func proxySignatures() throws {
        let (trusted, stranger) = (KeyPair.generate(.server), KeyPair.generate(.server))
        var world = LocalWorld(try LocalUser(name: "ann", password: LocalWorld.stated("pw")))
        var named = PresentedCredentials(user: "ann", hasPassword: true)
        named.proxySignature = base64url(try stranger.sign(world.facts.nonce))
        #expect(world.refusal(named, password: "pw") == nil, "without trusted proxies nobody looks")
        world.trust.proxies = [trusted.publicKey]
        #expect(world.refusal(named, password: "pw") == .untrustedProxy)
        named.proxySignature = base64url(try trusted.sign(Array("another nonce..".utf8)))
        #expect(world.refusal(named, password: "pw") == .untrustedProxy)
        named.proxySignature = base64url(try trusted.sign(world.facts.nonce))
        #expect(world.refusal(named, password: "pw") == nil)
    }

    @Test("row 65: an absolute deadline") func deadline() throws {
        var world = LocalWorld(
            try LocalUser(name: "ann", password: LocalWorld.stated("pw"), deadline: 1_000_500),
            try LocalUser(name: "old", password: LocalWorld.stated("pw"), deadline: 999_999))
        let named = PresentedCredentials(user: "ann", hasPassword: true)
        #expect(world.principal(named, password: "pw")?.endsAt == 1_000_500)
        #expect(world.login("old", "pw") == .userExpired)
        world.facts.type = .mqtt
        #expect(world.login("ann", "pw") == nil)
    }

    @Test("row 93: queue groups in publish lists grant nothing") func queuesInPublishLists() throws {
        let program = try PermissionProgram(
            Permissions(publish: Permission(allow: ["a q", "b"]), subscribe: Permission()))
        let permissions = try EffectivePermissions(program)
        #expect(!permissions.decide(.publish, "a").isAllowed && permissions.decide(.publish, "b").isAllowed)
    }
}

@Suite struct CertificateAdmissionTests {
    private func world(_ names: String..., password: String? = nil) throws -> LocalWorld {
        var world = LocalWorld()
        for name in names {
            world.trust.local.add(
                try LocalUser(name: name, password: password.map(LocalWorld.stated), account: "of \(name)"))
        }
        world.trust.local.mapsCertificates = true
        world.facts.mapsCertificates = true
        return world
    }

    private func user(_ world: LocalWorld, _ certificate: CertificateIdentity?) -> String? {
        var world = world
        world.facts.certificate = certificate
        return world.principal(PresentedCredentials())?.name
    }

    @Test("row 60: e-mail, DNS name, URI, then the subject") func order() throws {
        let spiffe = "spiffe://localhost/my-nats-service/user-a"
        let subject = try #require(DistinguishedName("CN=press,OU=plant,O=ACME"))
        let certificate = CertificateIdentity(
            emails: ["a@b.c"], dnsNames: ["press.local"], uris: [spiffe], subject: subject)
        var names = ["a@b.c", "press.local", spiffe, "CN=press,OU=plant,O=ACME"]
        while let first = names.first {
            var world = try self.world()
            for name in names.reversed() { world.trust.local.add(try LocalUser(name: name)) }
            #expect(user(world, certificate) == first)
            names.removeFirst()
        }
        let world = try world("CN=press")
        #expect(user(world, certificate) == nil && user(world, nil) == nil)
        #expect(user(try self.world(spiffe), CertificateIdentity(uris: [spiffe + "x"])) == nil)
        #expect(user(try self.world("press.local"), CertificateIdentity(dnsNames: ["press.local"])) == "press.local")
    }

    @Test("row 60: the parts of a subject in any order, all of them") func reordered() throws {
        let world = try world("O=ACME,OU=plant,CN=press")
        let same = CertificateIdentity(subject: DistinguishedName("CN=press,OU=plant,O=ACME"))
        #expect(user(world, same) == "O=ACME,OU=plant,CN=press")
        for other in ["CN=press,OU=plant", "CN=press,OU=plant,O=ACME,C=DE", "CN=press,OU=plant,OU=plant,O=ACME"] {
            #expect(user(world, CertificateIdentity(subject: DistinguishedName(other))) == nil)
        }
        // An exact order goes before a reordering.
        let both = try self.world("O=ACME,OU=plant,CN=press", "CN=press,OU=plant,O=ACME")
        #expect(user(both, same) == "CN=press,OU=plant,O=ACME")
        let domain = CertificateIdentity(subject: DistinguishedName("CN=press,O=ACME,DC=x,DC=org"))
        #expect(user(try self.world("CN=press,O=ACME"), domain) == "CN=press,O=ACME")
    }

    @Test("advisory 2026-13: names are compared part by part, not as text") func typedNames() throws {
        let world = try world("CN=admin,O=ACME")
        for forged in [
            "CN=admin\\,O=ACME", "CN=admin+O=ACME", "OU=admin,O=ACME", "CN=Admin,O=ACME", "CN=admin,O=ACME,CN=admin",
            "CN=admin\\2cO=ACME,OU=x",
        ] {
            #expect(user(world, CertificateIdentity(subject: DistinguishedName(forged))) == nil, "\(forged)")
        }
        #expect(user(world, CertificateIdentity(subject: DistinguishedName("cn=admin, o=ACME"))) == "CN=admin,O=ACME")
        for malformed in ["", "CN", "=x", "CN=", "CN=a,", "CN=a,,O=b", "CN=\"a\"", "CN=a\\", "CN=a\\2", "CN=a+CN=a"] {
            #expect(DistinguishedName(malformed) == nil, "\(malformed)")
        }
        #expect(DistinguishedName("CN=a\\, b\\20,O=c")?.text == "CN=a\\, b\\ ,O=c")
    }

    @Test("row 59: a certificate's user cannot come in by an empty password") func certificateOnly() throws {
        var world = try world("CN=press")
        world.facts.mapsCertificates = false
        #expect(world.login("CN=press", "") == .certificateOnly)
        #expect(world.login("CN=press", "x") == .certificateOnly)
        world.facts.type = .leafNode
        #expect(world.login("CN=press", "") == .certificateOnly)
        // Without such a listener an empty password is one like others.
        world.trust.local.mapsCertificates = false
        #expect(world.login("CN=press", "") == nil && world.login("CN=press", "x") == .wrongPassword)
    }

    @Test("a certificate's user with a password has to present both") func both() throws {
        var world = try world("CN=press", password: "pw")
        world.facts.certificate = CertificateIdentity(subject: DistinguishedName("CN=press"))
        // Whatever name the client gives: the certificate says who it is.
        let named = PresentedCredentials(user: "somebody", hasPassword: true)
        #expect(world.principal(named, password: "pw")?.name == "CN=press")
        #expect(world.refusal(named, password: "no") == .wrongPassword)
        #expect(world.refusal(PresentedCredentials()) == .wrongPassword)
    }

    @Test("row 61: a certificate's user limited to WebSocket is refused on TCP") func types() throws {
        var world = LocalWorld(try LocalUser(name: "CN=press", allowedConnectionTypes: ["WEBSOCKET"]))
        world.facts.mapsCertificates = true
        world.facts.certificate = CertificateIdentity(subject: DistinguishedName("CN=press"))
        #expect(world.refusal(PresentedCredentials()) == .unknownCertificate)
        world.facts.type = .webSocket
        #expect(world.refusal(PresentedCredentials()) == nil)
    }
}
