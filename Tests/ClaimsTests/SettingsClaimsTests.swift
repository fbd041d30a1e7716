import NKeys
import Testing

@testable import Claims

@Suite("Settings of an account")
struct SettingsClaimsTests {
    private let provider = KeyPair.generate(.operator)
    private let account = KeyPair.generate(.account)

    private func settings() -> SettingsClaims {
        var settings = SettingsClaims(subject: account.publicKey.text)
        settings.name = "settings"
        settings.tags = ["a:b"]
        settings.roles[account.publicKey.text] = RoleSettings(replies: .own)
        settings.audit = ["allowed": .array([.string("orders.>")])]
        settings.unlogged = ["metrics.>"]
        settings.quotas = ["messages": .number(1000)]
        return settings
    }

    @Test("they come back as they were, by each way of reading")
    func roundTrip() throws {
        let text = try settings().encode(signedBy: provider, at: 7)
        let read = try SettingsClaims.decode(text)
        var expected = settings()
        expected.common = read.common
        #expect(read == expected)
        #expect(read.formatVersion == 2 && read.issuedAt == 7)
        #expect(try read.encode(signedBy: provider, at: 7) == text)
        guard case .generic(let generic) = try Token.decodeAny(text).claims else {
            Issue.record("settings are generic claims")
            return
        }
        #expect(try SettingsClaims(generic) == read)
        #expect(throws: ClaimsError.self) { try Token.decode(text) }
    }

    @Test("only an operator signs them, and they are about an account")
    func signer() throws {
        let wrong = #expect(throws: ClaimsError.self) { try settings().encode(signedBy: account, at: 1) }
        #expect(wrong?.code == .issuer)
        // Signed all the same, as by somebody else's tool.
        var claims = settings().generic
        claims.data["version"] = .number(2)
        claims.issuer = account.publicKey.text
        let chunks =
            "\(String(decoding: TokenHeader.currentEncoded, as: UTF8.self)).\(Base64URL.text(claims.payload()))"
        let text = try "\(chunks).\(Base64URL.text(account.sign(Array(chunks.utf8))))"
        for decode in [{ _ = try SettingsClaims.decode(text) }, { _ = try Token.decodeAny(text) }] {
            let error = #expect(throws: ClaimsError.self) { try decode() }
            #expect(error?.code == .issuer && error?.path == "iss")
        }
        #expect(throws: ClaimsError.self) { try SettingsClaims(subject: "x").encode(signedBy: provider, at: 1) }
    }

    @Test(
        "what is not understood is refused with its place",
        arguments: [
            (#"{"type":"chancery-settings","quota":{}}"#, "nats.quota"),
            (#"{"type":"chancery-settings","roles":[]}"#, "nats.roles"),
            (#"{"type":"chancery-settings","roles":{"A":1}}"#, "nats.roles.A"),
            (#"{"type":"chancery-settings","roles":{"A":{"replies":"all"}}}"#, "nats.roles.A.replies"),
            (#"{"type":"chancery-settings","roles":{"A":{"answers":"any"}}}"#, "nats.roles.A.answers"),
            (#"{"type":"chancery-settings","audit":"all"}"#, "nats.audit"),
            (#"{"type":"chancery-settings","unlogged":["a",null]}"#, "nats.unlogged"),
            (#"{"type":"chancery-settings","quotas":5}"#, "nats.quotas"), (#"{"type":"other"}"#, "nats.type"),
        ])
    func refused(body: String, path: String) throws {
        let claims = try #"{"sub":"A","nats":\#(body)}"#.bytes { try GenericClaims.read(payload: $0) }
        let error = #expect(throws: ClaimsError.self) { try SettingsClaims(claims) }
        #expect(error?.path == path)
        if claims.isSettings { #expect(claims.validate(at: 0).map(\.path) == [path]) }
    }

    @Test("generic tokens of either format are read where any token is")
    func anyToken() throws {
        var claims = GenericClaims(subject: "order-7", type: "receipt")
        claims.data["total"] = .number(12.5)
        let text = try claims.encode(signedBy: account, at: 1)
        #expect(try Token.decodeAny(text).claims == .generic(GenericClaims.decode(text)))
        #expect(try Token.decodeAny(text).version == TokenVersion(of: text))
        let user = try UserClaims(subject: KeyPair.generate(.user).publicKey.text).encode(signedBy: account, at: 1)
        #expect(try Token.decodeAny(user) == Token.decode(user))
        let chunks = text.split(separator: ".")
        #expect(throws: ClaimsError.self) {
            try Token.decodeAny("\(chunks[0]).\(chunks[1]).\(String(chunks[2].reversed()))")
        }
        // Claims of a known type get no second chance in another format.
        let older = Base64URL.text(
            Array(#"{"iss":"\#(account.publicKey)","nats":{"type":"user","version":2}}"#.utf8))
        let header = Base64URL.text(Array(#"{"typ":"jwt","alg":"ed25519"}"#.utf8))
        let mixed = try "\(header).\(older).\(Base64URL.text(account.sign(Array(older.utf8))))"
        #expect(throws: ClaimsError.self) { try Token.decodeAny(mixed) }
    }
}
