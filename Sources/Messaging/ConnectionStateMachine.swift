import Wire

/// A connection's course from the first `INFO` to its end. It does no input or output: each method says in an action
/// what the caller must do.
struct ConnectionStateMachine: ~Copyable {
    private enum State: ~Copyable {
        case awaitingInfo
        /// The handshake goes on. Nothing may come in plain text any more.
        case securing(ServerInfo)
        /// `CONNECT` and the first `PING` are sent; the `PONG` is the server's yes.
        case signingIn(ServerInfo)
        case ready(Session)
        case closed(ClientError)
    }

    /// What to do about something that the server sent.
    enum ReceivedAction {
        case none
        /// Begin the TLS handshake, and call ``secured()`` when it is done.
        case secure
        /// Write `CONNECT` and `PING`.
        case signIn(ServerInfo)
        case established
        case pong
        case deliver(MessageFrame, subscription: UInt64, isLast: Bool)
        /// A request is answered: with these messages, or with an error.
        case answer(request: String, Result<[Message], ClientError>)
        case flushed(UInt64)
        /// Tell the user, and end what the server refused.
        case report(ServerError, Session.Refused)
        case close(ClientError)
    }

    /// What is known of TLS before the server says anything.
    enum Security: Sendable {
        /// The server decides.
        case asTheServerSays
        /// There must be a handshake once the server has said what it offers.
        case required
        /// The handshake came first.
        case established
    }

    private var state: State
    private let security: Security

    init(_ security: Security = .asTheServerSays) {
        self.init(.awaitingInfo, security)
    }

    private init(_ state: consuming State, _ security: Security) {
        self.state = state
        self.security = security
    }

    // MARK: What the server sends

    mutating func received(_ operation: ServerOperation) -> ReceivedAction {
        switch consume state {
        case .awaitingInfo:
            self = Self(.awaitingInfo, security)
            return receivedFirst(operation)
        case .securing(let info):
            self = Self(.securing(info), security)
            return end(.plainTextAfterInfo)
        case .signingIn(let info):
            self = Self(.signingIn(info), security)
            return receivedWhileSigningIn(operation, info)
        case .ready(var session):
            let action = session.received(operation)
            self = Self(.ready(session), security)
            return action
        case .closed(let reason):
            self = Self(.closed(reason), security)
            return .none
        }
    }

    private mutating func receivedFirst(_ operation: ServerOperation) -> ReceivedAction {
        switch operation {
        case .info(let json):
            guard let info = ServerInfo(json: json) else { return end(.unreadableInfo) }
            return firstInfo(info)
        case .error(let text):
            return end(.refused(text))
        case .message, .ping, .pong, .ok:
            return end(.infoExpected)
        }
    }

    private mutating func firstInfo(_ info: ServerInfo) -> ReceivedAction {
        switch security {
        case .asTheServerSays where !info.tlsRequired, .established:
            self = Self(.signingIn(info), security)
            return .signIn(info)
        case .required where !info.tlsRequired && !info.tlsAvailable:
            return end(.tlsMissing)
        case .asTheServerSays, .required:
            self = Self(.securing(info), security)
            return .secure
        }
    }

    /// What the server said before the handshake that goes on.
    private var securing: ServerInfo? {
        switch state {
        case .securing(let info): info
        default: nil
        }
    }

    /// The handshake is done.
    mutating func secured() -> ReceivedAction {
        guard let info = securing else { return .none }
        self = Self(.signingIn(info), security)
        return .signIn(info)
    }

    private mutating func receivedWhileSigningIn(_ operation: ServerOperation, _ info: ServerInfo) -> ReceivedAction {
        switch operation {
        case .pong:
            self = Self(.ready(Session(info: info)), security)
            return .established
        case .error(let text):
            return end(.refused(text))
        case .info(let json):
            // An update that cannot be read takes nothing away from what is known.
            if let update = ServerInfo(json: json) { self = Self(.signingIn(update), security) }
            return .none
        case .ping:
            return .pong
        case .ok:
            return .none
        case .message:
            return end(ClientError(.protocolViolation, "the server sent a message before the sign-in was over"))
        }
    }

    private mutating func end(_ reason: ClientError) -> ReceivedAction {
        self = Self(.closed(reason), security)
        return .close(reason)
    }

    // MARK: What happens otherwise

    /// The connection is gone, or is to go for `cause`.
    ///
    /// - Returns: the reason for everybody who waits. The first one counts.
    mutating func close(_ cause: ClientError) -> ClientError {
        var reason = cause
        switch consume state {
        case .awaitingInfo: break
        case .securing: break
        case .signingIn: break
        case .ready(let session):
            if cause.code == .connectionLost, let complaint = session.complaint {
                reason = .closedByServer(complaint.text)
            }
        case .closed(let earlier): reason = earlier
        }
        self = Self(.closed(reason), security)
        return reason
    }

    /// What the server last said about itself; nil before it said anything and after the end.
    var info: ServerInfo? {
        switch state {
        case .awaitingInfo: nil
        case .securing(let info): info
        case .signingIn(let info): info
        case .ready(let session): session.info
        case .closed: nil
        }
    }

    /// Why the connection ended; nil while it has not.
    var closeReason: ClientError? {
        switch state {
        case .awaitingInfo: nil
        case .securing: nil
        case .signingIn: nil
        case .ready: nil
        case .closed(let reason): reason
        }
    }

    /// Works on the session of a connection that is signed in.
    ///
    /// - Throws: what `body` throws; or why the connection ended, or that it has not begun.
    mutating func withSession<Result>(
        _ body: (inout Session) throws(ClientError) -> Result
    ) throws(ClientError) -> Result {
        switch consume state {
        case .ready(var session):
            do throws(ClientError) {
                let result = try body(&session)
                self = Self(.ready(session), security)
                return result
            } catch {
                self = Self(.ready(session), security)
                throw error
            }
        case .closed(let reason):
            self = Self(.closed(reason), security)
            throw reason
        case .awaitingInfo:
            self = Self(.awaitingInfo, security)
            throw .closed
        case .securing(let info):
            self = Self(.securing(info), security)
            throw .closed
        case .signingIn(let info):
            self = Self(.signingIn(info), security)
            throw .closed
        }
    }
}

extension ClientError {
    static let unreadableInfo = ClientError(.protocolViolation, "the server's INFO cannot be read")
    static let infoExpected = ClientError(
        .protocolViolation, "the server did not begin with INFO", remedy: "is this the port of a NATS server?")
}
