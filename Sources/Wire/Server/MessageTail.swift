/// What a delivery says behind the subscription's number: `[reply ][headers ]n`, the line end, headers and body, and the
/// line end behind them.
///
/// A `PUB` or `HPUB` in plain form carries the very same bytes behind its subject, so they can be handed on as they came;
/// ``range(of:in:)`` says where they stand. For others ``bytes(reply:headerCount:payload:)`` writes them.
public enum MessageTail {
    /// Where the tail stands in the buffer that a command was read from; nil where the client wrote it another way, with
    /// further blanks, zeros before a number, or a bare line feed.
    @inline(__always)
    public static func range(of command: Command, in bytes: Span<UInt8>) -> ByteRange? {
        let payload = command.payload
        var numbers = digits(payload.count)
        if command.headerCount > 0 { numbers += digits(command.headerCount) + 1 }
        let lineEnd = payload.start - 2
        let start = command.option.isEmpty ? lineEnd - numbers : lineEnd - numbers - command.option.count - 1
        // The numbers have the digits of their values and no more exactly if everything stands where it then has to.
        guard start > command.argument.end - 1, lineEnd > start, bytes[lineEnd] == 0x0D else { return nil }
        if command.option.isEmpty {
            guard start == command.argument.end + 1 else { return nil }
        } else {
            guard start == command.option.start, bytes[command.option.end] == 0x20 else { return nil }
        }
        if command.headerCount > 0 {
            guard bytes[lineEnd - digits(payload.count) - 1] == 0x20 else { return nil }
        }
        return ByteRange(start: start, count: payload.end + 2 - start)
    }

    /// Writes a tail.
    ///
    /// - Parameters:
    ///   - reply: empty when there is none.
    ///   - headerCount: how many bytes of the payload are headers; 0 makes the tail of a `MSG`, anything else of an `HMSG`.
    ///   - payload: headers and body.
    /// - Returns: the tail, and where its payload begins.
    public static func bytes(
        reply: Span<UInt8>, headerCount: Int, payload: Span<UInt8>
    ) -> (bytes: [UInt8], payloadStart: Int) {
        var result: [UInt8] = []
        result.reserveCapacity(reply.count + payload.count + 32)
        if reply.count > 0 {
            reply.withUnsafeBufferPointer { result.append(contentsOf: $0) }
            result.append(0x20)
        }
        if headerCount > 0 {
            result.append(contentsOf: String(headerCount).utf8)
            result.append(0x20)
        }
        result.append(contentsOf: String(payload.count).utf8)
        result.append(0x0D)
        result.append(0x0A)
        let start = result.count
        payload.withUnsafeBufferPointer { result.append(contentsOf: $0) }
        result.append(0x0D)
        result.append(0x0A)
        return (result, start)
    }

    /// How many decimal digits a length has; a parsed one has at most nine.
    @inline(__always)
    private static func digits(_ number: Int) -> Int {
        var count = 1
        var bound = 10
        while number >= bound, count < CommandParser.maximumLengthDigits {
            bound *= 10
            count += 1
        }
        return count
    }
}
