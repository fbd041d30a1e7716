import Testing

@testable import Secrets

@Suite("Digests")
struct DigestTests {
    @Test("SHA-256 and SHA-512/256 give the standard's example")
    func knownAnswers() {
        let abc = Array("abc".utf8)
        #expect(hex(SHA256.hash(abc)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(SHA256.hash("abc") == SHA256.hash(abc))
        #expect(hex(SHA512_256.hash(abc)) == "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23")
        #expect(hex(SHA256.hash([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test("HMAC with SHA-256 gives RFC 4231's second case")
    func authentication() {
        let key = Secret(copying: Array("Jefe".utf8))
        let message = Array("what do ya want for nothing?".utf8)
        let code = HMACSHA256.authenticate(message, key: key)
        #expect(hex(code) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(HMACSHA256.isValid(code, of: message, key: key))
        #expect(!HMACSHA256.isValid(code, of: message + [0], key: key))
        #expect(!HMACSHA256.isValid(code, of: message, key: Secret(copying: Array("jefe".utf8))))
        #expect(!HMACSHA256.isValid([], of: message, key: key))
        #expect(HMACSHA256.authenticate([], key: Secret(copying: [])).count == 32)
    }

    @Test("constant-time equality is equality")
    func constantTime() {
        #expect(constantTimeEquals([1, 2], [1, 2]))
        #expect(!constantTimeEquals([1, 2], [1, 3]))
        #expect(!constantTimeEquals([1, 2], [1, 2, 3]))
        #expect(constantTimeEquals([UInt8](), []))
    }
}

func hex(_ bytes: [UInt8]) -> String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
}
