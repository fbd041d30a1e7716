/// One thing that a server sent to a client.
public enum ServerOperation: Sendable, Hashable {
    /// `INFO`: the JSON text. A server sends it first, and again whenever something in it changes.
    case info([UInt8])
    /// `MSG` or `HMSG`.
    case message(MessageFrame)
    case ping
    case pong
    /// `+OK`, which only a verbose connection gets.
    case ok
    /// `-ERR`: the text between the quotes; ``ErrorLine`` has those that are known.
    case error(String)
}

/// A delivered message, as it stood on the wire.
public struct MessageFrame: Sendable, Hashable {
    /// The subject it was published on. Bytes that are no UTF-8 are replaced: a publisher chose them, and they must not
    /// cost the receiver its connection.
    public var subject: String
    /// The number that the client gave the subscription.
    public var subscription: UInt64
    /// Where an answer goes; nil when none is wanted.
    public var reply: String?
    /// The header block of an `HMSG`, as it came (see ``Headers/init(block:)``); empty for a `MSG`.
    public var headerBlock: [UInt8]
    /// The body, without headers.
    public var payload: [UInt8]

    public init(
        subject: String, subscription: UInt64, reply: String? = nil, headerBlock: [UInt8] = [], payload: [UInt8] = []
    ) {
        self.subject = subject
        self.subscription = subscription
        self.reply = reply
        self.headerBlock = headerBlock
        self.payload = payload
    }
}
