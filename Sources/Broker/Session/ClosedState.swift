import Authorization
import Wire

/// Why a connection ended, in nats-server's words: what monitoring and the events of the system account say.
enum ClosedState: String, Sendable, CaseIterable {
    case clientClosed = "Client Closed"
    case authenticationTimeout = "Authentication Timeout"
    case authenticationViolation = "Authentication Failure"
    case handshakeError = "TLS Handshake Failure"
    case slowConsumerPendingBytes = "Slow Consumer (Pending Bytes)"
    case slowConsumerWriteDeadline = "Slow Consumer (Write Deadline)"
    case writeError = "Write Error"
    case readError = "Read Error"
    case parseError = "Parse Error"
    case staleConnection = "Stale Connection"
    case protocolViolation = "Protocol Violation"
    case badClientProtocolVersion = "Bad Client Protocol Version"
    case maximumConnectionsExceeded = "Maximum Connections Exceeded"
    case maximumAccountConnectionsExceeded = "Maximum Account Connections Exceeded"
    case maximumPayloadExceeded = "Maximum Message Payload Exceeded"
    case maximumControlLineExceeded = "Maximum Control Line Exceeded"
    case maximumSubscriptionsExceeded = "Maximum Subscriptions Exceeded"
    case serverShutdown = "Server Shutdown"
    case authenticationExpired = "Authentication Expired"
    case missingAccount = "Missing Account"
    case revocation = "Credentials Revoked"
    case headerViolation = "Message Header Violation"
    case noRespondersRequiresHeaders = "No Responders Requires Headers"
    case kicked = "Kicked"
    case proxyNotTrusted = "Proxy Not Trusted"
    case proxyRequired = "Proxy Required"

    /// - Parameter wasActive: whether the client had been let in.
    init(_ refusal: Refusal, wasActive: Bool) {
        switch refusal {
        case .authenticationTimeout: self = .authenticationTimeout
        case .accountConnectionLimit: self = .maximumAccountConnectionsExceeded
        case .untrustedProxy: self = .proxyNotTrusted
        case .proxyRequired: self = .proxyRequired
        case .revoked where wasActive: self = .revocation
        case .userExpired, .outsideHours, .accountExpired, .accountDeleted:
            self = wasActive ? .authenticationExpired : .authenticationViolation
        default: self = .authenticationViolation
        }
    }
}

extension Departure {
    /// Nil for what a refusal says better.
    init?(_ state: ClosedState) {
        switch state {
        case .clientClosed: self = .clientClosed
        case .handshakeError: self = .handshakeFailed
        case .slowConsumerPendingBytes: self = .slowConsumerPending
        case .slowConsumerWriteDeadline: self = .slowConsumerDeadline
        case .writeError: self = .writeFailed
        case .readError: self = .readFailed
        case .parseError: self = .parseFailed
        case .staleConnection: self = .stale
        case .protocolViolation: self = .protocolViolation
        case .badClientProtocolVersion: self = .badProtocolVersion
        case .maximumConnectionsExceeded: self = .connectionLimit
        case .maximumPayloadExceeded: self = .payloadLimit
        case .maximumControlLineExceeded: self = .controlLineLimit
        case .maximumSubscriptionsExceeded: self = .subscriptionLimit
        case .serverShutdown: self = .serverShutdown
        case .headerViolation: self = .headerViolation
        case .noRespondersRequiresHeaders: self = .headersRequired
        case .kicked: self = .kicked
        case .authenticationTimeout, .authenticationViolation, .maximumAccountConnectionsExceeded,
            .authenticationExpired, .missingAccount, .revocation, .proxyNotTrusted, .proxyRequired:
            return nil
        }
    }
}

extension ClosedState {
    init(_ fault: ProtocolFault) {
        switch fault {
        case .unknownOperation, .malformedArguments: self = .protocolViolation
        case .controlLineTooLong: self = .maximumControlLineExceeded
        case .payloadTooLarge: self = .maximumPayloadExceeded
        }
    }
}
