import Secrets
import Testing

@testable import Claims
@testable import NKeys

@Suite("Vectors: keys")
struct VectorsKeyTests {
    static let kinds: Set<String> = [
        "nkey.crc16", "nkey.encode", "nkey.decode", "nkey.encode_seed", "nkey.seed", "nkey.from_seed", "nkey.prefix",
        "nkey.public_checks", "nkey.sign", "nkey.verify", "nkey.operation", "xkey.seal", "xkey.open",
    ]

    @Test("checksum", arguments: Vector.of("nkey.crc16"))
    func checksum(_ vector: Vector) throws {
        let bytes = try vector.bytes("bytes_hex")
        #expect(Int64(Checksum.of(bytes)) == vector.expect["crc"]?.integer)
        var stored = bytes + [0, 0]
        stored.withUnsafeMutableBytes { Checksum.write(to: $0) }
        #expect(stored.suffix(2).elementsEqual(try Vector.bytes(hex: #require(vector.expect["stored_hex"]?.text))))
    }

    @Test("text form of any prefix", arguments: Vector.of("nkey.encode"))
    func encode(_ vector: Vector) throws {
        let raw = try vector.bytes("raw_hex")
        guard let prefix = KeyPrefix(rawValue: UInt8(try #require(vector.input["prefix"]?.integer))) else {
            #expect(vector.expectedError == NKeyError.invalidPrefix.message)
            return
        }
        var text = [UInt8](repeating: 0, count: 56)
        text.withUnsafeMutableBytes { text in raw.withUnsafeBytes { KeyText.encode(prefix: prefix, $0, into: text) } }
        #expect(String(decoding: text, as: UTF8.self) == vector.expect["text"]?.text)
    }

    @Test("reading a text form", arguments: Vector.of("nkey.decode"))
    func decode(_ vector: Vector) throws {
        let text = Array(try vector.text("text").utf8)
        guard let prefix = KeyPrefix(rawValue: UInt8(try #require(vector.input["prefix"]?.integer))) else {
            #expect(vector.expectedError == NKeyError.invalidPrefix.message)
            return
        }
        do {
            let raw = try text.withUnsafeBytes { try KeyText.decode($0, expecting: prefix) }
            let expected = try Vector.bytes(hex: #require(vector.expect["raw_hex"]?.text))
            #expect(withUnsafeBytes(of: raw.words) { Array($0) } == expected)
        } catch let error as NKeyError {
            #expect(error.message == vector.expectedError)
        }
    }

    @Test("seeds from raw bytes", arguments: Vector.of("nkey.encode_seed"))
    func encodeSeed(_ vector: Vector) throws {
        let raw = Secret(copying: try vector.bytes("raw_seed_hex"))
        guard let kind = KeyKind(rawValue: UInt8(try #require(vector.input["prefix"]?.integer))) else {
            #expect(vector.expectedError == NKeyError.invalidPrefix.message)
            return
        }
        do {
            #expect(try text(KeyPair(kind: kind, rawSeed: raw).seed) == vector.expect["seed"]?.text)
        } catch let error as NKeyError {
            #expect(error.message == vector.expectedError)
        }
    }

    @Test("key pairs of seeds", arguments: Vector.of("nkey.seed"))
    func seed(_ vector: Vector) throws {
        let seed = try vector.text("seed")
        let pair = try KeyPair(seed: Secret(copying: Array(seed.utf8)))
        #expect(text(pair.seed) == seed)
        #expect(pair.publicKey.text == vector.expect["public"]?.text)
        #expect(Int64(pair.publicKey.kind.rawValue) == vector.expect["prefix"]?.integer)
        #expect(pair.publicKey.kind.name == vector.expect["prefix_name"]?.text)
        if let privateText = vector.expect["private"]?.text { #expect(text(pair.privateKeyText) == privateText) }
        if let hex = vector.expect["public_hex"]?.text {
            #expect(try pair.publicKey.rawBytes == Vector.bytes(hex: hex))
        }
        let raw = Secret(copying: try Vector.bytes(hex: #require(vector.expect["raw_seed_hex"]?.text)))
        #expect(try KeyPair(kind: pair.publicKey.kind, rawSeed: raw).publicKey == pair.publicKey)
    }

    @Test("good and bad seeds", arguments: Vector.of("nkey.from_seed"))
    func fromSeed(_ vector: Vector) throws {
        do {
            let pair = try KeyPair(seed: Secret(copying: Array(try vector.text("seed").utf8)))
            #expect(pair.publicKey.text == vector.expect["public"]?.text)
        } catch let error as NKeyError {
            let expected = try #require(vector.expectedError)
            if Strictness.shortSeedErrors.contains(expected) {
                #expect(error == .invalidSeed)
            } else {
                #expect(error.message == expected)
            }
        }
    }

    @Test("prefixes", arguments: Vector.of("nkey.prefix"))
    func prefix(_ vector: Vector) throws {
        let text = Array(try vector.text("text").utf8)
        let prefix = try #require(text.withUnsafeBytes { KeyPrefix(of: $0) })
        #expect(prefix.name == vector.expect["name"]?.text)
        #expect(Int64(prefix.rawValue) == vector.expect["prefix"]?.integer)
    }

    @Test("what counts as a public key", arguments: Vector.of("nkey.public_checks"))
    func publicChecks(_ vector: Vector) throws {
        let text = try vector.text("text")
        let bytes = Array(text.utf8)
        let prefix = bytes.withUnsafeBytes { KeyPrefix(of: $0) }
        #expect((prefix?.name ?? "unknown") == vector.expect["prefix"]?.text)
        let isEncoding = bytes.withUnsafeBytes { (try? KeyText.firstByte(of: $0)) != nil }
        #expect(isEncoding == vector.expect["is_valid_encoding"]?.flag)
        if Strictness.refusesLength(ofKey: text) {
            #expect(throws: NKeyError.self) { try PublicKey(text) }
            for kind in KeyKind.allCases { #expect(!PublicKey.isValid(text, kind)) }
            return
        }
        for kind in KeyKind.allCases {
            let name = kind == .curve ? "is_curve" : "is_\(kind.name)"
            #expect(PublicKey.isValid(text, kind) == vector.expect[name]?.flag, "\(name)")
        }
        let expected = vector.expect["from_public_key"]
        switch Result(catching: { () throws(NKeyError) in try PublicKey(text) }) {
        case .success(let key): #expect(key.text == expected?["public"]?.text)
        case .failure(let error): #expect(error.message == expected?["error"]?.text)
        }
    }

    @Test("signatures", arguments: Vector.of("nkey.sign"))
    func sign(_ vector: Vector) throws {
        let pair = try KeyPair(seed: Secret(copying: Array(try vector.text("seed").utf8)))
        let message = try vector.bytes("message_hex")
        let signature = try pair.sign(message)
        #expect(try signature == Vector.bytes(hex: #require(vector.expect["signature_hex"]?.text)))
        #expect(Base64URL.text(signature) == vector.expect["signature_b64url"]?.text)
        #expect(pair.publicKey.text == vector.expect["public"]?.text)
        #expect(pair.publicKey.isValidSignature(signature, of: message))
    }

    @Test("verification", arguments: Vector.of("nkey.verify"))
    func verify(_ vector: Vector) throws {
        do {
            let key = try PublicKey(vector.text("public"))
            try key.verify(vector.bytes("signature_hex"), of: vector.bytes("message_hex"))
            #expect(vector.expect["ok"]?.flag == true)
        } catch let error as NKeyError {
            #expect(vector.crashesReference || error.message == vector.expectedError)
        }
    }

    @Test("operations that a key does not have", arguments: Vector.of("nkey.operation"))
    func operation(_ vector: Vector) throws {
        let user = KeyPair.generate(.user)
        let curve = KeyPair.generate(.curve)
        do {
            switch try vector.text("operation") {
            case "compatible.user-as-account": try NKey.pair(user).require(.account)
            case "compatible.user-as-user-or-account": try NKey.pair(user).require(.user, .account)
            case "curvepublic.open": _ = try NKey.publicKey(curve.publicKey).open([], from: curve.publicKey)
            case "curvepublic.seal": _ = try NKey.publicKey(curve.publicKey).seal([], to: curve.publicKey)
            case "fromcurveseed.user-seed": _ = try KeyPair(curveSeed: user.seed)
            case "public.seed": _ = try NKey.publicKey(user.publicKey).seed()
            case "public.sign": _ = try NKey.publicKey(user.publicKey).sign([])
            case "user.seal": _ = try NKey.pair(user).seal([], to: curve.publicKey)
            default: Issue.record("no test for \(vector.id)")
            }
            #expect(vector.expect["ok"]?.flag == true)
        } catch let error as NKeyError {
            #expect(error.message == vector.expectedError)
        }
    }

    @Test("sealing", arguments: Vector.of("xkey.seal"))
    func seal(_ vector: Vector) throws {
        let pair = try KeyPair(seed: Secret(copying: Array(try vector.text("seed").utf8)))
        let nonce = try vector.bytes("nonce_hex")
        let random = RandomSource { $0.copyBytes(from: nonce) }
        if RuledOut(vector: vector) == .exhaustedRandomness {
            // A source has no way to say that it ended. One that gives too little never makes a nonce shorter.
            let own = pair.publicKey
            let sealed = try pair.seal(vector.bytes("plain_hex"), to: vector.text("recipient"), random: random)
            #expect(try sealed.count == 4 + 24 + 16 + vector.bytes("plain_hex").count)
            #expect(try pair.open(pair.seal([1, 2], to: own.text, random: random), from: own.text) == [1, 2])
            return
        }
        do {
            let sealed = try pair.seal(vector.bytes("plain_hex"), to: vector.text("recipient"), random: random)
            #expect(try sealed == Vector.bytes(hex: #require(vector.expect["sealed_hex"]?.text)))
        } catch let error as NKeyError {
            #expect(error.message == vector.expectedError || (vector.crashesReference && error == .invalidRecipient))
        }
    }

    @Test("opening", arguments: Vector.of("xkey.open"))
    func open(_ vector: Vector) throws {
        let pair = try KeyPair(seed: Secret(copying: Array(try vector.text("seed").utf8)))
        do {
            let plain = try pair.open(vector.bytes("sealed_hex"), from: vector.text("sender"))
            #expect(try plain == Vector.bytes(hex: #require(vector.expect["plain_hex"]?.text)))
        } catch let error as NKeyError {
            #expect(error.message == vector.expectedError || (vector.crashesReference && error == .invalidSender))
        }
    }

    private func text(_ secret: Secret) -> String { secret.withBytes { String(decoding: $0, as: UTF8.self) } }
}
