/// Base64 of RFC 4648 in the URL alphabet and without padding: the chunks of a token and the signatures of nonces.
public enum Base64URL {
    /// What reading gave.
    public struct Decoded: Sendable, Hashable {
        public let bytes: [UInt8]
        /// Whether bits of the last character that carry nothing were set: a second text for the same bytes.
        public let hasSpareBits: Bool
    }

    /// The offset of the first byte that cannot be read, line breaks counted.
    public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
        public let offset: Int
        public var description: String { "illegal base64 data at input byte \(offset)" }
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// The text of `bytes`, as bytes.
    public static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        var pending: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(alphabet[Int(pending >> bits & 63)])
            }
        }
        if bits > 0 { text.append(alphabet[Int(pending << (6 - bits) & 63)]) }
        return text
    }

    /// The text of `bytes`.
    public static func text(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: encode(bytes), as: UTF8.self)
    }

    /// Reads a text. CR and LF are skipped, as the reference does; padding is a fault.
    public static func decode(_ text: some Collection<UInt8>) throws(Fault) -> Decoded {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3 + 3)
        var pending: UInt32 = 0
        var bits: UInt32 = 0
        var offset = 0
        for character in text {
            defer { offset += 1 }
            if character == 0x0A || character == 0x0D { continue }
            guard let value = value(character) else { throw Fault(offset: offset) }
            pending = pending << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> bits))
            }
        }
        // A single character left over has six bits, too few for a byte.
        guard bits < 6 else { throw Fault(offset: offset) }
        return Decoded(bytes: bytes, hasSpareBits: pending & ((1 << bits) - 1) != 0)
    }

    private static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case 0x41...0x5A: character &- 0x41
        case 0x61...0x7A: character &- 0x47
        case 0x30...0x39: character &+ 4
        case 0x2D: 62
        case 0x5F: 63
        default: nil
        }
    }
}
