import Wire

/// Why a session ends, for a handler that has a way of its own to say so: a user event on its way out.
struct SessionFarewell: Sendable {
    /// The words of the error that the client was told; nil where it was told none.
    let text: String?
    /// Whether the server is going away.
    let isStopping: Bool
}

/// The codes of close frames (RFC 6455, section 7.4.1).
enum WebSocketCloseCode {
    static let normal: UInt16 = 1000
    static let goingAway: UInt16 = 1001
    static let protocolError: UInt16 = 1002
    static let invalidPayload: UInt16 = 1007
    static let policyViolation: UInt16 = 1008
    static let messageTooBig: UInt16 = 1009

    /// The code that nats-server has for the same end.
    static func code(for farewell: SessionFarewell) -> UInt16 {
        if farewell.isStopping { return goingAway }
        switch farewell.text {
        case nil: return normal
        case ErrorLine.staleConnection: return goingAway
        case ErrorLine.maximumPayloadViolation: return messageTooBig
        case ErrorLine.invalidClientProtocol, ErrorLine.noRespondersRequiresHeaders,
            ProtocolFault.unknownOperation.text:
            return protocolError
        default: return policyViolation
        }
    }

    /// What answers a client's close frame: its own code, if that is one that may be sent.
    static func answer(to payload: Span<UInt8>) -> (code: UInt16?, words: String) {
        guard payload.count > 0 else { return (nil, "") }
        guard payload.count >= 2 else { return (protocolError, "") }
        let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: break
        default: return (protocolError, "")
        }
        let words = (2..<payload.count).map { payload[$0] }
        guard let text = String(validating: words, as: UTF8.self) else {
            return (invalidPayload, "invalid utf8 body in close frame")
        }
        return (code, text)
    }
}
