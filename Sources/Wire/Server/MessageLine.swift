/// The line that comes before a delivered message: `MSG subject sid [reply] n` or
/// `HMSG subject sid [reply] headers n`, and how it is written.
public enum MessageLine {
    /// An upper bound for the bytes of the line and its line end.
    @inline(__always)
    public static func capacity(subject: Int, subscription: Int, reply: Int) -> Int {
        // "HMSG", four blanks, two numbers of at most 19 digits, CR LF.
        subject + subscription + reply + 48
    }

    /// Writes the line.
    ///
    /// - Parameters:
    ///   - buffer: room for at least ``capacity(subject:subscription:reply:)`` bytes.
    ///   - reply: empty when there is none.
    ///   - headerCount: 0 makes a `MSG`, anything else an `HMSG`.
    ///   - payloadCount: headers and body.
    /// - Returns: how many bytes were written.
    @inline(__always)
    public static func write(
        into buffer: UnsafeMutableRawBufferPointer, subject: Span<UInt8>, subscription: Span<UInt8>, reply: Span<UInt8>,
        headerCount: Int, payloadCount: Int
    ) -> Int {
        var writer = Writer(buffer: buffer)
        if headerCount > 0 { writer.put(UInt8(ascii: "H")) }
        writer.put(UInt8(ascii: "M"))
        writer.put(UInt8(ascii: "S"))
        writer.put(UInt8(ascii: "G"))
        writer.put(UInt8(ascii: " "))
        writer.put(subject)
        writer.put(UInt8(ascii: " "))
        writer.put(subscription)
        writer.put(UInt8(ascii: " "))
        if reply.count > 0 {
            writer.put(reply)
            writer.put(UInt8(ascii: " "))
        }
        if headerCount > 0 {
            writer.put(number: headerCount)
            writer.put(UInt8(ascii: " "))
        }
        writer.put(number: payloadCount)
        writer.put(0x0D)
        writer.put(0x0A)
        return writer.count
    }

    /// Appends bytes and numbers to a raw buffer; the buffer checks its own bounds.
    private struct Writer {
        let buffer: UnsafeMutableRawBufferPointer
        var count = 0

        @inline(__always)
        mutating func put(_ byte: UInt8) {
            buffer[count] = byte
            count += 1
        }

        @inline(__always)
        mutating func put(_ bytes: Span<UInt8>) {
            guard bytes.count > 0 else { return }
            bytes.withUnsafeBytes { source in
                UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(from: source)
            }
            count += bytes.count
        }

        @inline(__always)
        mutating func put(number: Int) {
            var divisor = 1
            while number / divisor >= 10 { divisor *= 10 }
            while divisor > 0 {
                put(UInt8(ascii: "0") + UInt8(number / divisor % 10))
                divisor /= 10
            }
        }
    }
}
