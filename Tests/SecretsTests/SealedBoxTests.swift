import Testing

@testable import Secrets

@Suite("Sealed boxes and password keys")
struct SealedBoxTests {
    private let key = Secret(copying: Array(0..<32))
    private let nonce: [UInt8] = Array(0..<24)

    /// Computed with another implementation of XChaCha20-Poly1305.
    @Test("sealing gives the bytes that other implementations give")
    func knownAnswer() throws {
        let sealed = try SealedBox.seal(
            Secret(copying: Array("a secret text".utf8)), key: key, nonce: nonce, additionalData: Array("header".utf8))
        #expect(hex(sealed) == "ffe27c1af3a0e8da133043b6bfd782e65b00215164b7761d68a04bf873")
    }

    @Test("what was sealed can be opened", arguments: [0, 1, 58, 5000])
    func roundTrip(count: Int) throws {
        let secret = Secret.random(count: count)
        let sealed = try SealedBox.seal(secret, key: key, nonce: nonce, additionalData: [1])
        #expect(sealed.count == count + SealedBox.tagCount)
        #expect(try SealedBox.open(sealed, key: key, nonce: nonce, additionalData: [1]) == secret)
    }

    @Test("nothing opens with one bit changed anywhere")
    func tampering() throws {
        let sealed = try SealedBox.seal(Secret(copying: [1, 2, 3]), key: key, nonce: nonce, additionalData: [1])
        for bit in 0..<(sealed.count * 8) {
            var changed = sealed
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: SecretsError.self) {
                try SealedBox.open(changed, key: key, nonce: nonce, additionalData: [1])
            }
        }
        var otherNonce = nonce
        otherNonce[23] ^= 1
        let otherKey = Secret(copying: Array(1..<33))
        for (key, nonce, data) in [(otherKey, nonce, [1]), (key, otherNonce, [1]), (key, nonce, [2]), (key, nonce, [])]
        {
            let error = #expect(throws: SecretsError.self) {
                try SealedBox.open(sealed, key: key, nonce: nonce, additionalData: data.map { UInt8($0) })
            }
            #expect(error?.code == .cannotOpen)
        }
        #expect(throws: SecretsError.self) {
            try SealedBox.open(Array(sealed.prefix(15)), key: key, nonce: nonce, additionalData: [1])
        }
    }

    @Test("keys and nonces of the wrong length are refused")
    func wrongLengths() {
        let short = Secret(copying: Array(0..<31))
        #expect(throws: SecretsError.self) { try SealedBox.seal([1], key: short, nonce: nonce) }
        #expect(throws: SecretsError.self) { try SealedBox.seal([1], key: key, nonce: Array(nonce.dropLast())) }
        #expect(throws: SecretsError.self) { try SealedBox.open([UInt8](repeating: 0, count: 40), key: key, nonce: []) }
    }

    /// Computed with the reference implementation of Argon2.
    @Test("a password gives the key that other implementations derive")
    func passwordKey() throws {
        let derived = try PasswordKey.derive(
            password: Secret(copying: Array("correct horse".utf8)), salt: Array(0..<16), operations: 2, memory: 65536)
        #expect(
            hex(derived.withBytes { Array($0) })
                == "9c87c06898bc18516669b54a8b95d36e622946494d7a55c26f391a0406068c19")
    }

    @Test("parameters of a derivation out of range are refused")
    func derivationParameters() {
        let password = Secret(copying: Array("p".utf8))
        let salt: [UInt8] = Array(0..<16)
        #expect(throws: SecretsError.self) { try PasswordKey.derive(password: password, salt: [1]) }
        for (operations, memory) in [(0, 65536), (2, 8191), (2, -1), (UInt64.max, 65536)] as [(UInt64, Int)] {
            let error = #expect(throws: SecretsError.self) {
                try PasswordKey.derive(password: password, salt: salt, operations: operations, memory: memory)
            }
            #expect(error?.code == .cannotDerive)
        }
    }
}
