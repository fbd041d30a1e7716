/// Why something could not be done with a NATS server.
public struct ClientError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, for a program to decide on.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable word, such as `no-responders`.
        public let description: String
        private init(_ description: String) { self.description = description }

        /// A server address that cannot be read.
        public static let invalidAddress = Code("invalid-address")
        /// Nothing answers at the address.
        public static let cannotConnect = Code("cannot-connect")
        /// TLS is wanted, and the server offers none.
        public static let tlsRequired = Code("tls-required")
        /// The handshake failed: nobody who is believed vouches for the server, or it does not believe this side.
        public static let tlsFailed = Code("tls-failed")
        /// A file or a curve for TLS that cannot be used.
        public static let tlsOptions = Code("tls-options")
        /// The credentials cannot be used to sign in: no nonce from the server, or a key that does not sign.
        public static let unusableCredentials = Code("unusable-credentials")
        /// The server refused the sign-in.
        public static let refused = Code("refused")
        /// The server closed the connection and said why.
        public static let closedByServer = Code("closed-by-server")
        /// The connection ended without a reason from the server.
        public static let connectionLost = Code("connection-lost")
        /// This side closed the connection.
        public static let closed = Code("closed")
        /// The server stopped answering pings.
        public static let staleConnection = Code("stale-connection")
        /// What the server sent is not the NATS protocol.
        public static let protocolViolation = Code("protocol-violation")
        /// No answer in time.
        public static let timeout = Code("timeout")
        /// Nobody listens on the subject of a request.
        public static let noResponders = Code("no-responders")
        /// The server refused a publication or a subscription; the connection goes on.
        public static let permissionsViolation = Code("permissions-violation")
        /// A subscription's messages were not taken fast enough.
        public static let slowConsumer = Code("slow-consumer")
        /// A message larger than the server takes.
        public static let payloadTooLarge = Code("payload-too-large")
        /// A subject, reply or queue group that cannot be sent.
        public static let invalidSubject = Code("invalid-subject")
        /// The task that waited was cancelled.
        public static let cancelled = Code("cancelled")
    }

    public let code: Code
    /// One sentence for a person; where a server gave a reason, its words.
    public let message: String
    /// What to do about it; empty when the message says all there is.
    public let remedy: String

    public var description: String { remedy.isEmpty ? message : "\(message): \(remedy)" }

    init(_ code: Code, _ message: String, remedy: String = "") {
        self.code = code
        self.message = message
        self.remedy = remedy
    }
}

extension ClientError {
    static let missingNonce = ClientError(
        .unusableCredentials, "the server offers no nonce to sign, so it takes neither JWTs nor keys",
        remedy: "check that the server runs in operator mode")
    static let connectionLost = ClientError(
        .connectionLost, "the server closed the connection without a reason",
        remedy: "the server's log says why")
    static let closed = ClientError(.closed, "the connection is closed")
    static let staleConnection = ClientError(.staleConnection, "the server stopped answering")
    static let noResponders = ClientError(
        .noResponders, "no responders available for request", remedy: "check the subject, and that a service is running"
    )
    static let cancelled = ClientError(.cancelled, "cancelled while waiting")

    static func cannotConnect(to address: ServerAddress, _ reason: String) -> ClientError {
        ClientError(
            .cannotConnect, "cannot connect to \(address): \(reason)",
            remedy: "check the address, and that the server is running")
    }

    static func unusableCredentials(_ reason: String) -> ClientError {
        ClientError(.unusableCredentials, reason, remedy: "give the credentials of a user")
    }

    static func refused(_ text: String) -> ClientError {
        ClientError(
            .refused, "the server refused the connection: \(text)",
            remedy:
                "check that the user, its account and its operator are known to this server, and not expired or revoked"
        )
    }

    static func closedByServer(_ text: String) -> ClientError {
        ClientError(.closedByServer, "the server closed the connection: \(text)")
    }

    static func timeout(_ what: String, _ duration: Duration) -> ClientError {
        ClientError(.timeout, "\(what): no answer within \(duration)")
    }

    static func permissionsViolation(_ text: String) -> ClientError {
        ClientError(.permissionsViolation, text)
    }

    static func slowConsumer(_ subject: String, limit: Int) -> ClientError {
        ClientError(
            .slowConsumer, "more than \(limit) messages on \"\(subject)\" were waiting to be taken",
            remedy: "take them faster, or give the subscription a larger buffer")
    }

    static func payloadTooLarge(_ count: Int, limit: Int) -> ClientError {
        ClientError(.payloadTooLarge, "the message has \(count) bytes; the server takes at most \(limit)")
    }

    static func answersTooLarge(limit: Int) -> ClientError {
        ClientError(.payloadTooLarge, "the answers to the request have more than \(limit) bytes")
    }

    static func invalidSubject(_ what: String) -> ClientError {
        ClientError(
            .invalidSubject, "the \(what) cannot be sent",
            remedy: "it must not be empty or have blanks or control characters")
    }
}
