/// Why a connection ended, or was signed out. The words stand in records, so they do not change; where a ``Refusal`` cut
/// the connection, that one says why.
public enum Departure: String, Sendable, Hashable, CaseIterable {
    /// Its client hung up.
    case clientClosed = "client_closed"
    /// Its client presented other credentials, and is decided on anew.
    case signedInAnew = "signed_in_anew"
    /// Its credential, or its account, does not let it stay.
    case refused
    case handshakeFailed = "tls_handshake_failed"
    case slowConsumerPending = "slow_consumer_pending_bytes"
    case slowConsumerDeadline = "slow_consumer_write_deadline"
    case writeFailed = "write_error"
    case readFailed = "read_error"
    case parseFailed = "parse_error"
    case stale = "stale_connection"
    case protocolViolation = "protocol_violation"
    case badProtocolVersion = "bad_client_protocol_version"
    case connectionLimit = "maximum_connections_exceeded"
    case payloadLimit = "maximum_payload_exceeded"
    case controlLineLimit = "maximum_control_line_exceeded"
    case subscriptionLimit = "maximum_subscriptions_exceeded"
    case serverShutdown = "server_shutdown"
    case headerViolation = "message_header_violation"
    case headersRequired = "no_responders_requires_headers"
    case kicked

    /// Whether the server ended it, for whatever reason.
    public var isCut: Bool {
        switch self {
        case .clientClosed, .signedInAnew, .handshakeFailed, .writeFailed, .readFailed: false
        default: true
        }
    }
}
