/// What a delivery says behind the subscription's number: `[reply ][headers ]n`, the line end, headers and body, and the
/// line end behind them.
///
/// A `PUB` or `HPUB` in plain form carries the very same bytes behind its subject, so they can be handed on as they came;
/// ``Command/tail`` says where they stand. For others ``bytes(reply:headerCount:payload:)`` writes them.
public enum MessageTail {
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
        bytes(
            reply: reply, headers: payload.extracting(0..<headerCount),
            body: payload.extracting(headerCount..<payload.count))
    }

    /// The same of headers and a body that stand in different places.
    public static func bytes(
        reply: Span<UInt8>, headers: Span<UInt8>, body: Span<UInt8>
    ) -> (bytes: [UInt8], payloadStart: Int) {
        var result: [UInt8] = []
        result.reserveCapacity(reply.count + headers.count + body.count + 48)
        if reply.count > 0 {
            reply.withUnsafeBufferPointer { result.append(contentsOf: $0) }
            result.append(0x20)
        }
        if headers.count > 0 {
            append(headers.count, to: &result)
            result.append(0x20)
        }
        append(headers.count + body.count, to: &result)
        result.append(0x0D)
        result.append(0x0A)
        let start = result.count
        headers.withUnsafeBufferPointer { result.append(contentsOf: $0) }
        body.withUnsafeBufferPointer { result.append(contentsOf: $0) }
        result.append(0x0D)
        result.append(0x0A)
        return (result, start)
    }

    private static func append(_ number: Int, to result: inout [UInt8]) {
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            result.append(0x30 + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }
}
