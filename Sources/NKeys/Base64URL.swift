/// Base64 of RFC 4648 in the URL alphabet and without padding: the chunks of a token and the signatures of nonces.
public enum Base64URL {
    /// What reading gave.
    public struct Decoded: Sendable, Hashable {
        /// What the text stands for.
        public let bytes: [UInt8]
        /// Whether bits of the last character that carry nothing were set: a second text for the same bytes.
        public let hasSpareBits: Bool
        /// Whether there were line breaks, which stand for nothing: a further text for the same bytes.
        public let hasLineBreaks: Bool
    }

    /// The offset of the first byte that cannot be read, line breaks counted.
    public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
        /// From 0.
        public let offset: Int
        /// The fault as NATS tools word it.
        public var description: String { "illegal base64 data at input byte \(offset)" }
    }

    /// The text of `bytes`, as bytes.
    public static func encode(_ bytes: [UInt8]) -> [UInt8] {
        let textCount = bytes.count / 3 * 4 + (bytes.count % 3 * 8 + 5) / 6
        return [UInt8](unsafeUninitializedCapacity: textCount) { text, count in
            var pending: UInt32 = 0
            var bits: UInt32 = 0
            func append(_ value: UInt32) {
                text[count] = letter(UInt8(truncatingIfNeeded: value & 63))
                count += 1
            }
            for byte in bytes {
                pending = pending << 8 | UInt32(byte)
                bits += 8
                while bits >= 6 {
                    bits -= 6
                    append(pending >> bits)
                }
            }
            if bits > 0 { append(pending << (6 - bits)) }
        }
    }

    /// The text of `bytes`.
    public static func text(_ bytes: [UInt8]) -> String {
        String(decoding: encode(bytes), as: UTF8.self)
    }

    /// Reads a text. CR and LF are skipped and noted, since the reference skips them; padding is a fault.
    public static func decode(_ text: [UInt8]) throws(Fault) -> Decoded {
        try text.withUnsafeBufferPointer { (text) throws(Fault) in try decode(UnsafeRawBufferPointer(text)) }
    }

    /// Reads a text; see ``decode(_:)-([UInt8])``.
    public static func decode(_ text: UnsafeRawBufferPointer) throws(Fault) -> Decoded {
        var hasSpareBits = false
        var hasLineBreaks = false
        let bytes = try [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 3) { (output, count) throws(Fault) in
            var pending: UInt32 = 0
            var bits: UInt32 = 0
            for offset in text.indices {
                let character = text[offset]
                if character == 0x0A || character == 0x0D {
                    hasLineBreaks = true
                    continue
                }
                guard let value = value(character) else { throw Fault(offset: offset) }
                pending = pending << 6 | UInt32(value)
                bits += 6
                if bits >= 8 {
                    bits -= 8
                    output[count] = UInt8(truncatingIfNeeded: pending >> bits)
                    count += 1
                }
            }
            // A single character left over has six bits, too few for a byte.
            guard bits < 6 else { throw Fault(offset: text.count) }
            hasSpareBits = pending & ((1 << bits) - 1) != 0
        }
        return Decoded(bytes: bytes, hasSpareBits: hasSpareBits, hasLineBreaks: hasLineBreaks)
    }

    private static func letter(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: value &+ 0x41
        case 26..<52: value &+ 0x47
        case 52..<62: value &- 4
        case 62: 0x2D
        default: 0x5F
        }
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
