/// Base32 of RFC 4648 in upper case and without padding: the text form of keys, seeds and token identifiers.
///
/// Reading follows the reference: CR and LF are skipped wherever they stand, the spare bits of the last character are
/// not looked at, and a last group of 1, 3 or 6 characters yields nothing.
public enum Base32 {
    /// The number of characters that `count` bytes become.
    public static func encodedCount(_ count: Int) -> Int {
        count / 5 * 8 + (count % 5 * 8 + 4) / 5
    }

    /// Writes the text of `bytes` to `output`, which must have room for ``encodedCount(_:)`` characters.
    static func encode(_ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) {
        var pending: UInt32 = 0
        var bits = 0
        var written = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                output[written] = letter(UInt8(truncatingIfNeeded: pending >> UInt32(bits)) & 31)
                written += 1
            }
        }
        if bits > 0 { output[written] = letter(UInt8(truncatingIfNeeded: pending << UInt32(5 - bits)) & 31) }
    }

    /// The text of bytes that are not secret.
    public static func encode(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: encodedCount(bytes.count)) { output in
            output.initialize(repeating: 0)
            bytes.withUnsafeBytes { encode($0, into: UnsafeMutableRawBufferPointer(output)) }
            return encodedCount(bytes.count)
        }
    }

    /// Reads `text` into `output` and returns the number of bytes.
    ///
    /// Bytes past the end of `output` are counted but not stored, so a caller that wants an exact length finds out.
    /// - Throws: ``NKeyError`` with the offset of the first character outside the alphabet, CR and LF not counted.
    static func decode(
        _ text: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(NKeyError) -> Int {
        var pending: UInt64 = 0
        var inGroup = 0
        var characters = 0
        var count = 0
        func store(_ bytes: Int) {
            // `pending` holds `inGroup` characters of 5 bits, the first one highest.
            for index in 0..<bytes {
                if count < output.count {
                    output[count] = UInt8(truncatingIfNeeded: pending >> UInt64(inGroup * 5 - (index + 1) * 8))
                }
                count += 1
            }
        }
        for character in text where character != 0x0A && character != 0x0D {
            guard let value = value(character) else { throw .illegalBase32(at: characters) }
            characters += 1
            pending = pending << 5 | UInt64(value)
            inGroup += 1
            if inGroup == 8 {
                store(5)
                pending = 0
                inGroup = 0
            }
        }
        switch inGroup {
        case 2: store(1)
        case 4: store(2)
        case 5: store(3)
        case 7: store(4)
        default: break
        }
        return count
    }

    /// The bytes of a text that is not secret.
    public static func decode(_ text: String) throws(NKeyError) -> [UInt8] {
        let text = Array(text.utf8)
        var output = [UInt8](repeating: 0, count: text.count * 5 / 8 + 1)
        let count = try text.withUnsafeBufferPointer { (text) throws(NKeyError) in
            try output.withUnsafeMutableBufferPointer { (output) throws(NKeyError) in
                try decode(UnsafeRawBufferPointer(text), into: UnsafeMutableRawBufferPointer(output))
            }
        }
        return Array(output.prefix(count))
    }

    private static func letter(_ value: UInt8) -> UInt8 {
        value < 26 ? value &+ 0x41 : value &+ 0x18
    }

    private static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case 0x41...0x5A: character &- 0x41
        case 0x32...0x37: character &- 0x18
        default: nil
        }
    }
}
