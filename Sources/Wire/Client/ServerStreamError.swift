/// Why a stream of bytes is not what a NATS server sends. After one, nothing more can be read from that stream.
public struct ServerStreamError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, for a program to decide on.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable word, such as `unknown-operation`.
        public let description: String
        private init(_ description: String) { self.description = description }

        /// A line that begins with no verb of the protocol.
        public static let unknownOperation = Code("unknown-operation")
        /// A verb with missing, superfluous or unreadable arguments.
        public static let malformedArguments = Code("malformed-arguments")
        /// A line without an end within the limit.
        public static let lineTooLong = Code("line-too-long")
        /// A message over the limit.
        public static let payloadTooLarge = Code("payload-too-large")
        /// A payload that is not followed by CR LF.
        public static let missingLineEnd = Code("missing-line-end")
    }

    public let code: Code
    /// One sentence for a person. It quotes nothing of the stream.
    public let message: String

    public var description: String { message }

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    static let unknownOperation = ServerStreamError(
        .unknownOperation, "the server sent a line that is not the NATS protocol: is this the port of a NATS server?")
    static let missingLineEnd = ServerStreamError(
        .missingLineEnd, "the server sent a message whose payload does not end where its length says")

    static func malformedArguments(_ verb: String) -> ServerStreamError {
        ServerStreamError(.malformedArguments, "the server sent \(verb) with arguments that cannot be read")
    }

    static func lineTooLong(_ limit: Int) -> ServerStreamError {
        ServerStreamError(.lineTooLong, "the server sent a line of more than \(limit) bytes")
    }

    static func payloadTooLarge(_ count: Int, limit: Int) -> ServerStreamError {
        ServerStreamError(.payloadTooLarge, "the server sent a message of \(count) bytes; the limit is \(limit)")
    }
}
