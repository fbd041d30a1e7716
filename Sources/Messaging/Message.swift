public import Wire

/// A message that a subscription or a request got.
public struct Message: Sendable, Hashable {
    public var subject: String
    /// Where an answer goes; nil when none is wanted.
    public var reply: String?
    /// Empty when there are none, and when whoever published it wrote a block that cannot be read.
    public var headers: Headers
    public var payload: [UInt8]

    public init(subject: String, reply: String? = nil, headers: Headers = Headers(), payload: [UInt8] = []) {
        self.subject = subject
        self.reply = reply
        self.headers = headers
        self.payload = payload
    }

    init(_ frame: MessageFrame) {
        self.init(
            subject: frame.subject, reply: frame.reply, headers: (try? Headers(block: frame.headerBlock)) ?? Headers(),
            payload: frame.payload)
    }

    /// Whether this is a server's answer that nobody listens on the subject of a request.
    var isNoResponders: Bool {
        headers.status == 503 && payload.isEmpty
    }
}
