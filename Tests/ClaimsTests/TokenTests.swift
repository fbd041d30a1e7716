import NKeys
import Secrets
import TestSupport
import Testing

@testable import Claims

@Suite("Tokens")
struct TokenTests {
    private static let now: Int64 = 1_700_000_000

    /// Reads a token of any type.
    private static func decode(_ text: String, like claims: any ClaimSet) throws -> AnyClaims {
        claims.kind == .generic ? .generic(try GenericClaims.decode(text)) : try Token.decode(text).claims
    }

    @Test("what is written comes back, whatever the claims")
    func roundTrip() throws {
        var generator = ClaimsGenerator(.announced())
        for _ in 0..<400 {
            let claims = generator.claims()
            let signer = try #require(generator.signer(of: claims))
            let text = try claims.encode(signedBy: signer, at: Self.now)
            let read = try Self.decode(text, like: claims)
            #expect(read.issuedAt == Self.now && read.issuer == signer.publicKey.text)
            var expected = claims
            expected.common = read.common
            if var generic = expected as? GenericClaims {
                generic.data["version"] = .number(2)
                expected = generic
            }
            #expect(read == expected.any)
            if case .user(let user) = read { #expect(try UserClaims.decodeKnown(text) == user) }
            // The same claims, signed again at the same time, are the same token.
            #expect(try read.value.encode(signedBy: signer, at: Self.now) == text)
            #expect(try parse(read.value.json()) == parse(Self.payload(of: text)))
        }
    }

    @Test("the version is the SHA-256 of the text, and every change of the text is another version")
    func versions() throws {
        let pair = KeyPair.generate(.account)
        let user = UserClaims(subject: KeyPair.generate(.user).publicKey.text)
        let token = try Token.decode(user.encode(signedBy: pair, at: Self.now))
        #expect(token.version.bytes == SHA256.hash(token.text))
        #expect(TokenVersion(hex: token.version.hex) == token.version)
        #expect(TokenVersion(hex: token.version.hex.uppercased()) == token.version)
        #expect(TokenVersion(hex: "zz") == nil)
        #expect(TokenVersion(of: token.text + "\n") != token.version)
        #expect(try token.text.bytes { try Token.decode(bytes: $0) } == token)
    }

    @Test("an issuer that is no key is named", arguments: ["", "seed", "AB", "curve"])
    func unusableIssuer(issuer: String) throws {
        let pair = try EveryField.pair(.account, 1)
        let text =
            switch issuer {
            case "seed": pair.seed.withBytes { String(decoding: $0, as: UTF8.self) }
            case "curve": try EveryField.key(.curve, 1)
            default: issuer
            }
        let token = try Self.token(#"{"iss":"\#(text)","nats":{"type":"user","version":2}}"#, pair)
        for error in [
            #expect(throws: ClaimsError.self, performing: { try Token.decode(token) }),
            #expect(throws: ClaimsError.self, performing: { try GenericClaims.decode(token) }),
        ] {
            #expect(error?.code == .signature)
            #expect(error?.path == "iss")
            #expect(error?.remedy.contains("iss") == true)
            #expect(error?.message == "claim failed V2 signature verification")
            #expect(text.count < 50 || error?.remedy.contains(text) == false)
        }
    }

    @Test("a payload is shown as it is: members in their order, doubled ones, numbers as they are spelled")
    func payloadText() throws {
        let pair = try EveryField.pair(.account, 1)
        let key = pair.publicKey.text
        let member = #""exports": [ {"subject":"b"},\#n{"subject":"a", "x": 1e2} , null ]"#
        let payload =
            #"{ "nats":{"type":"account","version":2,\#(member)},"iss":"\#(key)","a \\\" b": "c d","sub":"A" }"#
        let token = try Token.decode(Self.token(payload, pair))
        #expect(
            token.payloadText
                == #"{"nats":{"type":"account","version":2,"exports":[{"subject":"b"},{"subject":"a","x":1e2},null]},"#
                + #""iss":"\#(key)","a \\\" b":"c d","sub":"A"}"#)
    }

    private static func token(_ payload: String, _ pair: KeyPair) throws -> String {
        let signed = TokenHeader.currentEncoded + [0x2E] + Base64URL.encode(Array(payload.utf8))
        return String(decoding: signed + [0x2E] + Base64URL.encode(try pair.sign(signed)), as: UTF8.self)
    }

    @Test("each type of claims has its signers", arguments: KeyKind.allCases)
    func signers(kind: KeyKind) throws {
        var generator = ClaimsGenerator(SeededGenerator(seed: 1))
        for _ in 0..<40 {
            let claims = generator.claims()
            let allowed = claims.any.allowedIssuers ?? KeyKind.allCases.filter(\.canSign)
            let signer = try #require(generator.keys[kind])
            if allowed.contains(kind) {
                #expect(throws: Never.self) { try claims.encode(signedBy: signer, at: 1) }
            } else {
                #expect(throws: ClaimsError.self) { try claims.encode(signedBy: signer, at: 1) }
            }
        }
    }

    @Test("a signature can come from elsewhere, and what is no signature is refused")
    func externalSignatures() throws {
        let pair = KeyPair.generate(.account)
        let user = UserClaims(subject: KeyPair.generate(.user).publicKey.text)
        let text = try user.encode(issuer: pair.publicKey, at: 5) { try pair.sign($0) }
        #expect(try text == user.encode(signedBy: pair, at: 5))
        #expect(throws: ClaimsError.self) { try user.encode(issuer: pair.publicKey, at: 5) { _ in [1, 2, 3] } }
        struct Unavailable: Error {}
        #expect(throws: ClaimsError.self) {
            try user.encode(issuer: pair.publicKey, at: 5) { _ in throw Unavailable() }
        }
    }

    @Test("null imports and exports can be read but not written")
    func nulls() throws {
        let account = try #"{"nats":{"imports":[null],"exports":[null],"limits":{"exports":5}}}"#.bytes {
            try AccountClaims.read(payload: $0)
        }
        #expect(account.imports.map(\.isNull) == [true])
        #expect(account.validate(at: 0).map(\.description).contains("null export is not allowed"))
        #expect(throws: ClaimsError.self) { try account.json() }
    }

    @Test("descriptions of tokens and credentials show nothing that signs in")
    func descriptions() throws {
        let text = try UserClaims(subject: KeyPair.generate(.user).publicKey.text)
            .encode(signedBy: .generate(.account), at: 1)
        let token = try Token.decode(text)
        var dumped = ""
        dump(token, to: &dumped)
        let credentials = Credentials(jwt: text, keyPair: .generate(.user))
        dump(credentials, to: &dumped)
        for shown in ["\(token)", String(reflecting: token), "\(credentials)", dumped] {
            #expect(!shown.contains(text))
        }
        var options = ConnectOptions()
        options.password = "hunter2"
        #expect(!"\(options)".contains("hunter2"))
    }

    // MARK: Helpers

    static func payload(of token: String) -> [UInt8] {
        let chunks = token.utf8.split(separator: 0x2E)
        return (try? Base64URL.decode(Array(chunks[1])).bytes) ?? []
    }
}
