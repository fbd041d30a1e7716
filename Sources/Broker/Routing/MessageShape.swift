import Wire

/// How a message's tail is made up (see ``Wire/MessageTail``): what the way to the receivers needs to know of it.
struct MessageShape: Sendable, BitwiseCopyable {
    /// The bytes of the reply subject, with which the tail begins; 0 for none.
    var replyCount: Int
    /// How many bytes of the payload are headers.
    var headerCount: Int
    /// Where headers and body begin in the tail; they end two bytes before its end.
    var payloadStart: Int
    /// Distinguishes the tail from every other one that a shard handles in the same turn.
    var serial: UInt64

    @inline(__always)
    var reply: Range<Int> { 0..<replyCount }

    /// Headers and body, of a tail with this many bytes.
    @inline(__always)
    func payload(_ tailCount: Int) -> Range<Int> { payloadStart..<tailCount - 2 }
}

/// A message that was written here, rather than handed on as it came.
struct ComposedMessage {
    let tail: [UInt8]
    let shape: MessageShape

    init(reply: Span<UInt8>, headerCount: Int, payload: Span<UInt8>, serial: UInt64) {
        let (bytes, start) = MessageTail.bytes(reply: reply, headerCount: headerCount, payload: payload)
        tail = bytes
        shape = MessageShape(
            replyCount: reply.count, headerCount: headerCount, payloadStart: start, serial: serial)
    }

    init(reply: Span<UInt8>, headers: Span<UInt8>, body: Span<UInt8>, serial: UInt64) {
        let (bytes, start) = MessageTail.bytes(reply: reply, headers: headers, body: body)
        tail = bytes
        shape = MessageShape(
            replyCount: reply.count, headerCount: headers.count, payloadStart: start, serial: serial)
    }
}
