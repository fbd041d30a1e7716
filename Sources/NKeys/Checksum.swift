/// CRC-16/XMODEM (polynomial 0x1021, initial value 0, nothing reflected): the last two bytes of every key's text form,
/// low byte first.
enum Checksum {
    static func of(_ bytes: some Sequence<UInt8>) -> UInt16 {
        var sum: UInt16 = 0
        for byte in bytes {
            // One byte at a time without a table: the polynomial has few terms.
            var term = (sum >> 8) ^ UInt16(byte)
            term ^= term >> 4
            sum = (sum << 8) ^ (term << 12) ^ (term << 5) ^ term
        }
        return sum
    }

    /// Writes the checksum of all bytes but the last two into the last two. There must be at least two.
    static func write(to bytes: UnsafeMutableRawBufferPointer) {
        let end = bytes.count - 2
        let sum = of(bytes[0..<end])
        bytes[end] = UInt8(truncatingIfNeeded: sum)
        bytes[end + 1] = UInt8(truncatingIfNeeded: sum >> 8)
    }

    /// Checks the last two bytes against the others. There must be at least two.
    static func check(_ bytes: UnsafeRawBufferPointer) throws(NKeyError) {
        let end = bytes.count - 2
        guard UInt16(bytes[end]) | UInt16(bytes[end + 1]) << 8 == of(bytes[0..<end]) else { throw .invalidChecksum }
    }
}
