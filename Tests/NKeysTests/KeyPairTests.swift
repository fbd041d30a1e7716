import Secrets
import Testing

@testable import NKeys

@Suite("Key pairs")
struct KeyPairTests {
    @Test("a seed gives its pair back", arguments: KeyKind.allCases)
    func seeds(kind: KeyKind) throws {
        let pair = KeyPair.generate(kind)
        let seed = pair.seed
        #expect(seed.count == KeyPair.seedTextCount)
        #expect(seed.withBytes { $0[0] == 0x53 && $0[1] == kind.letter.asciiValue })
        let again = try KeyPair(seed: seed)
        #expect(again.publicKey == pair.publicKey)
        #expect(again.seed == seed)
        guard kind.canSign else { return }
        #expect(try again.sign([5]) == pair.sign([5]))
    }

    @Test("a source of randomness decides the key: its first 32 bytes are the seed")
    func entropy() throws {
        let fixed = RandomSource { buffer in for index in buffer.indices { buffer[index] = UInt8(index) } }
        let pair = KeyPair.generate(.account, random: fixed)
        #expect(try pair.publicKey == KeyPair(kind: .account, rawSeed: Secret(copying: Array(0..<32))).publicKey)
        #expect(KeyPair.generate(.account).publicKey != KeyPair.generate(.account).publicKey)
    }

    @Test("a signature holds for its message and key only")
    func signatures() throws {
        let pair = KeyPair.generate(.user)
        let message = Array("nonce".utf8)
        let signature = try pair.sign(message)
        #expect(signature.count == 64)
        #expect(pair.publicKey.isValidSignature(signature, of: message))
        #expect(!pair.publicKey.isValidSignature(signature, of: message + [0]))
        #expect(!KeyPair.generate(.user).publicKey.isValidSignature(signature, of: message))
        for bit in 0..<512 {
            var changed = signature
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(!pair.publicKey.isValidSignature(changed, of: message))
        }
        #expect(!pair.publicKey.isValidSignature([], of: message))
        #expect(throws: NKeyError.invalidSignature) { try pair.publicKey.verify([1], of: message) }
    }

    @Test("curve keys seal and open, and do not sign; other keys do the opposite")
    func sealing() throws {
        let sender = KeyPair.generate(.curve)
        let recipient = KeyPair.generate(.curve)
        for message in [[], [1, 2, 3], [UInt8](repeating: 4, count: 5000)] as [[UInt8]] {
            let sealed = try sender.seal(message, to: recipient.publicKey)
            #expect(sealed.count == message.count + KeyPair.sealOverhead)
            #expect(try recipient.open(sealed, from: sender.publicKey) == message)
            #expect(try recipient.open(sealed, from: sender.publicKey.text) == message)
            // The shared key is the same on both sides.
            #expect(try sender.open(sealed, from: recipient.publicKey) == message)
            #expect(throws: NKeyError.cannotDecrypt) {
                try KeyPair.generate(.curve).open(sealed, from: sender.publicKey)
            }
        }
        let user = KeyPair.generate(.user)
        #expect(throws: NKeyError.onlyCurveSeals) { try user.seal([1], to: recipient.publicKey) }
        #expect(throws: NKeyError.onlyCurveSeals) { try user.open([1], from: recipient.publicKey) }
        #expect(throws: NKeyError.curveCannotSign) { try sender.sign([1]) }
        #expect(throws: NKeyError.invalidRecipient) { try sender.seal([1], to: user.publicKey) }
        #expect(throws: NKeyError.invalidRecipient) { try sender.seal([1], to: "XABC") }
    }

    @Test("no sealed message opens cut short or with a bit changed")
    func tamperedSeals() throws {
        let pair = KeyPair.generate(.curve)
        let sealed = try pair.seal(Array("hello".utf8), to: pair.publicKey)
        for count in 0..<sealed.count {
            #expect(throws: NKeyError.self) { try pair.open(Array(sealed.prefix(count)), from: pair.publicKey) }
        }
        for bit in 0..<(sealed.count * 8) {
            var changed = sealed
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: NKeyError.self) { try pair.open(changed, from: pair.publicKey) }
        }
    }

    @Test("raw seeds have 32 bytes")
    func rawSeedLength() {
        for count in [0, 31, 33] {
            #expect(throws: NKeyError.invalidSeedLength) {
                try KeyPair(kind: .user, rawSeed: Secret.random(count: count))
            }
        }
    }
}
