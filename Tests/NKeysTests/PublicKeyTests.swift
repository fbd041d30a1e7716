import Secrets
import Testing

@testable import NKeys

@Suite("Public keys")
struct PublicKeyTests {
    @Test("the text form comes back, and says its kind by its letter", arguments: KeyKind.allCases)
    func textForm(kind: KeyKind) throws {
        let key = KeyPair.generate(kind).publicKey
        #expect(key.text.utf8.count == PublicKey.textCount)
        #expect(key.text.first == kind.letter)
        #expect(try PublicKey(key.text) == key)
        #expect(try PublicKey(bytes: key.text.utf8) == key)
        #expect(try PublicKey(kind: kind, rawBytes: key.rawBytes) == key)
        #expect("\(key)" == key.text)
        for other in KeyKind.allCases { #expect(PublicKey.isValid(key.text, other) == (other == kind)) }
    }

    @Test("one character changed makes no key, whichever it is")
    func mistypedKeys() throws {
        let text = Array(KeyPair.generate(.user).publicKey.text.utf8)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        for index in text.indices {
            for letter in alphabet where letter != text[index] {
                var changed = text
                changed[index] = letter
                #expect(throws: NKeyError.self) { try PublicKey(bytes: changed) }
            }
        }
    }

    @Test("shorter and longer texts are refused, even with a right checksum")
    func wrongLengths() {
        for count in [0, 1, 3, 31, 33, 64] {
            var bytes = [KeyKind.user.rawValue] + [UInt8](repeating: 9, count: count) + [0, 0]
            bytes.withUnsafeMutableBytes { Checksum.write(to: $0) }
            let text = Base32.encode(bytes)
            #expect(throws: NKeyError.self) { try PublicKey(text) }
            #expect(!PublicKey.isValid(text, .user))
        }
        #expect(throws: NKeyError.self) { try PublicKey("") }
        #expect(throws: NKeyError.self) { try PublicKey(kind: .user, rawBytes: [UInt8](repeating: 0, count: 31)) }
    }

    @Test("a seed is no public key")
    func seedIsRefused() {
        let seed = KeyPair.generate(.user).seed
        seed.withBytes { seed in
            #expect(throws: NKeyError.invalidPublicKey) { try PublicKey(textBytes: seed) }
            #expect(KeyPrefix(of: seed) == .seed)
        }
    }

    @Test("the order is that of the texts, where digits come before letters")
    func order() {
        let keys = (0..<200).map { _ in KeyPair.generate(.account).publicKey }
        #expect(keys.sorted().map(\.text) == keys.map(\.text).sorted())
    }

    @Test("the same bytes under another letter are another key that verifies the same signatures")
    func kindIsNotSigned() throws {
        let pair = KeyPair.generate(.user)
        let other = try PublicKey(kind: .account, rawBytes: pair.publicKey.rawBytes)
        #expect(other != pair.publicKey)
        let signature = try pair.sign([1, 2, 3])
        #expect(other.isValidSignature(signature, of: [1, 2, 3]))
        let curve = try PublicKey(kind: .curve, rawBytes: pair.publicKey.rawBytes)
        #expect(!curve.isValidSignature(signature, of: [1, 2, 3]))
    }
}
