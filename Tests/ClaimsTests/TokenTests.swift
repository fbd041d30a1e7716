import NKeys
import Secrets
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
        let seed = SeededRandom.announcedSeed()
        var generator = ClaimsGenerator(seed: seed)
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
            #expect(read == expected.any, "random seed \(seed)")
            // The same claims, signed again at the same time, are the same token.
            #expect(try read.value.encode(signedBy: signer, at: Self.now) == text, "random seed \(seed)")
            #expect(try parse(read.value.json()) == parse(Self.payload(of: text)))
        }
    }

    @Test("no token with a changed byte verifies")
    func tampering() throws {
        let seed = SeededRandom.announcedSeed()
        var generator = ClaimsGenerator(seed: seed)
        for _ in 0..<3 {
            let claims = generator.claims()
            let signer = try #require(generator.signer(of: claims))
            let text = Array(try claims.encode(signedBy: signer, at: Self.now).utf8)
            let replacements = Array("AQgwz09-_.=+\n ".utf8)
            for place in text.indices {
                guard let replacement = replacements.randomElement(using: &generator.random) else { continue }
                var changed = text
                changed[place] = replacement
                guard changed != text else { continue }
                let string = String(decoding: changed, as: UTF8.self)
                #expect(throws: ClaimsError.self, "random seed \(seed), place \(place)") {
                    try Self.decode(string, like: claims)
                }
            }
        }
    }

    @Test("10,000 mutated tokens and arbitrary bytes give an error or claims, and never a crash")
    func mutations() throws {
        let seed = SeededRandom.announcedSeed()
        var generator = ClaimsGenerator(seed: seed)
        let originals = try (0..<100).map { _ in
            let claims = generator.claims()
            let signer = try #require(generator.signer(of: claims))
            return (payload: Self.payload(of: try claims.encode(signedBy: signer, at: Self.now)), signer: signer)
        }
        for round in 0..<10_000 {
            let bytes: [UInt8]
            if round % 4 == 0 {
                let count = Int.random(in: 0...200, using: &generator.random)
                bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator.random) }
            } else {
                let original = originals[round % originals.count]
                bytes = try mutatedToken(original.payload, original.signer, &generator)
            }
            bytes.withUnsafeBytes { bytes in
                if let token = try? Token.decode(bytes: bytes) { _ = token.claims.validate(at: Self.now) }
            }
            _ = try? GenericClaims.decode(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// A token whose payload was damaged and which was signed again, so that the damage reaches the reader of claims.
    private func mutatedToken(
        _ payload: [UInt8], _ signer: KeyPair, _ generator: inout ClaimsGenerator
    ) throws -> [UInt8] {
        var payload = payload
        for _ in 0..<Int.random(in: 1...3, using: &generator.random) where !payload.isEmpty {
            let place = payload.indices.randomElement(using: &generator.random) ?? 0
            switch Int.random(in: 0..<3, using: &generator.random) {
            case 0: payload[place] = UInt8.random(in: 0...255, using: &generator.random)
            case 1: payload.remove(at: place)
            default: payload.insert(contentsOf: Array("{}[]\"null0-1:,".utf8).shuffled().prefix(2), at: place)
            }
        }
        return try Array(Self.sign(payload, signer).utf8)
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

    @Test("spare bits of a signature are refused")
    func spareBits() throws {
        let user = UserClaims(subject: KeyPair.generate(.user).publicKey.text)
        let text = try user.encode(signedBy: KeyPair.generate(.account), at: Self.now)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let last = try #require(text.last.flatMap(alphabet.firstIndex))
        // 64 bytes leave four spare bits in the last character.
        for bits in 1..<16 {
            let other = String(text.dropLast()) + String(alphabet[last | bits])
            let error = #expect(throws: ClaimsError.self) { try Token.decode(other) }
            #expect(error?.code == .signature)
        }
    }

    @Test("each type of claims has its signers", arguments: KeyKind.allCases)
    func signers(kind: KeyKind) throws {
        var generator = ClaimsGenerator(seed: 1)
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

    static func sign(_ payload: [UInt8], _ pair: KeyPair) throws -> String {
        let signed = TokenHeader.currentEncoded + [0x2E] + Base64URL.encode(payload)
        return String(decoding: signed + [0x2E] + Base64URL.encode(try pair.sign(signed)), as: UTF8.self)
    }
}
