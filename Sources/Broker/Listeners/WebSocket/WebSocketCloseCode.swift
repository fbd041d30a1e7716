/// Why a session ends, for a handler that has a way of its own to say so: a user event on its way out.
struct SessionFarewell: Sendable {
    let state: ClosedState
}

/// The codes of close frames (RFC 6455, section 7.4.1).
enum WebSocketCloseCode {
    static let normal: UInt16 = 1000
    static let goingAway: UInt16 = 1001
    static let protocolError: UInt16 = 1002
    static let invalidPayload: UInt16 = 1007
    static let policyViolation: UInt16 = 1008
    static let messageTooBig: UInt16 = 1009
    static let internalError: UInt16 = 1011
    static let handshake: UInt16 = 1015

    /// The code that nats-server has for an end. Its words are the state's.
    static func code(for state: ClosedState) -> UInt16 {
        switch state {
        case .clientClosed: normal
        case .writeError, .readError, .staleConnection, .serverShutdown: goingAway
        case .parseError, .protocolViolation, .badClientProtocolVersion: protocolError
        case .maximumPayloadExceeded: messageTooBig
        case .handshakeError: handshake
        case .authenticationTimeout, .authenticationViolation, .slowConsumerPendingBytes, .slowConsumerWriteDeadline,
            .maximumAccountConnectionsExceeded, .maximumConnectionsExceeded, .maximumControlLineExceeded,
            .maximumSubscriptionsExceeded, .missingAccount, .authenticationExpired, .revocation:
            policyViolation
        case .headerViolation, .noRespondersRequiresHeaders, .kicked, .proxyNotTrusted, .proxyRequired: internalError
        }
    }

    /// What answers a client's close frame: its own code, if that is one that may be sent.
    static func answer(to payload: Span<UInt8>) -> (code: UInt16?, words: String) {
        guard payload.count > 0 else { return (nil, "") }
        guard payload.count >= 2 else { return (protocolError, "close frame payload cannot be 1 byte") }
        let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: break
        default: return (protocolError, "invalid close status code \(code)")
        }
        let words = (2..<payload.count).map { payload[$0] }
        guard let text = String(validating: words, as: UTF8.self) else {
            return (invalidPayload, "invalid utf8 body in close frame")
        }
        return (code, text)
    }
}
