import Testing

@testable import NKeys

@Suite("Base32 and base64 texts")
struct Base32Tests {
    @Test("RFC 4648's examples, without padding")
    func examples() throws {
        let examples = ["": "", "f": "MY", "fo": "MZXQ", "foo": "MZXW6", "foob": "MZXW6YQ", "fooba": "MZXW6YTB"]
        for (plain, text) in examples {
            #expect(Base32.encode(Array(plain.utf8)) == text)
            #expect(try Base32.decode(text) == Array(plain.utf8))
        }
        let urls = ["f": "Zg", "fo": "Zm8", "foo": "Zm9v", "foob": "Zm9vYg"]
        for (plain, text) in urls {
            #expect(Base64URL.text(Array(plain.utf8)) == text)
            #expect(try Base64URL.decode(Array(text.utf8)).bytes == Array(plain.utf8))
        }
        #expect(Base64URL.text([0xFB, 0xFF]) == "-_8")
    }

    @Test("every length comes back", arguments: 0..<70)
    func roundTrip(count: Int) throws {
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255) }
        #expect(try Base32.decode(Base32.encode(bytes)) == bytes)
        #expect(Base32.encode(bytes).utf8.count == Base32.encodedCount(count))
        let decoded = try Base64URL.decode(Base64URL.encode(bytes))
        #expect(decoded.bytes == bytes)
        #expect(!decoded.hasSpareBits)
    }

    @Test("line breaks are skipped and everything else outside the alphabet is refused, with its place")
    func faults() throws {
        #expect(try Base32.decode("MZ\r\nXW\n6") == Array("foo".utf8))
        #expect(throws: NKeyError.illegalBase32(at: 3)) { try Base32.decode("MZX=") }
        #expect(throws: NKeyError.illegalBase32(at: 2)) { try Base32.decode("\nMZ1") }
        #expect(throws: NKeyError.illegalBase32(at: 0)) { try Base32.decode("mzxq") }
        #expect(throws: NKeyError.illegalBase32(at: 0)) { try Base32.decode("é") }
        #expect(try Base64URL.decode(Array("Zm\n9v".utf8)).bytes == Array("foo".utf8))
        #expect(throws: Base64URL.Fault.self) { try Base64URL.decode(Array("Zm9v+".utf8)) }
        #expect(throws: Base64URL.Fault.self) { try Base64URL.decode(Array("Zg==".utf8)) }
        // One character is too few for a byte.
        #expect(throws: Base64URL.Fault.self) { try Base64URL.decode(Array("Zm9vZ".utf8)) }
    }

    @Test("spare bits are noticed")
    func spareBits() throws {
        #expect(try Base64URL.decode(Array("Zh".utf8)).hasSpareBits)
        #expect(try !Base64URL.decode(Array("Zg".utf8)).hasSpareBits)
        #expect(try Base64URL.decode(Array("Zm9".utf8)).hasSpareBits)
    }

    @Test("line breaks are noticed")
    func lineBreaks() throws {
        #expect(try Base64URL.decode(Array("Zm\n9v".utf8)).hasLineBreaks)
        #expect(try Base64URL.decode(Array("Zm9v\r".utf8)).hasLineBreaks)
        #expect(try !Base64URL.decode(Array("Zm9v".utf8)).hasLineBreaks)
    }

    @Test("the checksum is CRC-16/XMODEM")
    func checksum() {
        #expect(Checksum.of(Array("123456789".utf8)) == 0x31C3)
        #expect(Checksum.of([]) == 0)
    }
}
