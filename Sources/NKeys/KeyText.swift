import Secrets

/// The text form of keys and seeds: a prefix, raw bytes and a checksum, in base32.
enum KeyText {
    /// Writes the 56 characters of a prefix and 32 bytes.
    static func encode(
        prefix: KeyPrefix, _ raw: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) {
        withUnsafeTemporaryAllocation(byteCount: 35, alignment: 1) { bytes in
            bytes[0] = prefix.rawValue
            UnsafeMutableRawBufferPointer(rebasing: bytes[1..<33]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: raw.prefix(32)))
            Checksum.write(to: bytes)
            Base32.encode(UnsafeRawBufferPointer(bytes), into: output)
        }
    }

    /// The 32 bytes of a text that has a given prefix, the low three bits of its first byte aside.
    static func decode(_ text: UnsafeRawBufferPointer, expecting prefix: KeyPrefix) throws(NKeyError) -> PublicKey.Raw {
        let (first, raw) = try decode32(text, orThrow: .invalidPublicKey)
        guard first & 0xF8 == prefix.rawValue else { throw .invalidPrefix }
        return raw
    }

    /// The first byte and the 32 bytes of a text of any prefix.
    /// - Throws: not base32, fewer than 4 bytes, a wrong checksum; `wrongLength` when the raw part is not 32 bytes.
    static func decode32(
        _ text: UnsafeRawBufferPointer, orThrow wrongLength: NKeyError
    ) throws(NKeyError) -> (first: UInt8, raw: PublicKey.Raw) {
        // Room for more bytes than wanted, so that a longer text is told from an exact one.
        var storage = (UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        return try withUnsafeMutableBytes(of: &storage) { (bytes) throws(NKeyError) in
            let count = try Base32.decode(text, into: bytes)
            guard count == 35 else {
                // The checksum is looked at first, so that a mistyped key is called that.
                _ = try firstByte(of: text)
                throw wrongLength
            }
            try Checksum.check(UnsafeRawBufferPointer(rebasing: bytes[0..<35]))
            var raw = PublicKey.Raw()
            withUnsafeMutableBytes(of: &raw.words) {
                $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[1..<33]))
            }
            return (bytes[0], raw)
        }
    }

    /// The first byte of a text of any prefix and length, secret or not, if it is base32 with a right checksum.
    static func firstByte(of text: UnsafeRawBufferPointer) throws(NKeyError) -> UInt8 {
        try decode(text).withBytes { $0[0] }
    }

    /// The bytes of a text of any prefix and length, in guarded memory, checksum included: at least 4 bytes.
    static func decode(_ text: UnsafeRawBufferPointer) throws(NKeyError) -> Secret {
        var count = 0
        let room = try Secret(count: text.count * 5 / 8 + 1) { (output) throws(NKeyError) in
            count = try Base32.decode(text, into: output)
        }
        guard count >= 4 else { throw .invalidEncoding }
        return try room.withBytes { (bytes) throws(NKeyError) in
            let bytes = UnsafeRawBufferPointer(rebasing: bytes.prefix(count))
            try Checksum.check(bytes)
            return Secret(copying: bytes)
        }
    }
}
