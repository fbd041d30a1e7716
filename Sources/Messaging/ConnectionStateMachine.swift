import Wire

/// A connection's course from the first `INFO` to its end. It does no input or output: each method says in an action
/// what the caller must do.
struct ConnectionStateMachine: ~Copyable {
    private enum State: ~Copyable {
        case awaitingInfo
        /// `CONNECT` and the first `PING` are sent; the `PONG` is the server's yes.
        case signingIn(ServerInfo)
        case ready(Session)
        case closed(ClientError)
    }

    /// What to do about something that the server sent.
    enum ReceivedAction {
        case none
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

    private var state: State

    init() {
        self.init(.awaitingInfo)
    }

    private init(_ state: consuming State) {
        self.state = state
    }

    // MARK: What the server sends

    mutating func received(_ operation: ServerOperation) -> ReceivedAction {
        switch consume state {
        case .awaitingInfo:
            self = Self(.awaitingInfo)
            return receivedFirst(operation)
        case .signingIn(let info):
            self = Self(.signingIn(info))
            return receivedWhileSigningIn(operation, info)
        case .ready(var session):
            let action = session.received(operation)
            self = Self(.ready(session))
            return action
        case .closed(let reason):
            self = Self(.closed(reason))
            return .none
        }
    }

    private mutating func receivedFirst(_ operation: ServerOperation) -> ReceivedAction {
        switch operation {
        case .info(let json):
            guard let info = ServerInfo(json: json) else { return end(.unreadableInfo) }
            guard !info.tlsRequired else { return end(.tlsRequired) }
            self = Self(.signingIn(info))
            return .signIn(info)
        case .error(let text):
            return end(.refused(text))
        case .message, .ping, .pong, .ok:
            return end(.infoExpected)
        }
    }

    private mutating func receivedWhileSigningIn(_ operation: ServerOperation, _ info: ServerInfo) -> ReceivedAction {
        switch operation {
        case .pong:
            self = Self(.ready(Session(info: info)))
            return .established
        case .error(let text):
            return end(.refused(text))
        case .info(let json):
            // An update that cannot be read takes nothing away from what is known.
            if let update = ServerInfo(json: json) { self = Self(.signingIn(update)) }
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
        self = Self(.closed(reason))
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
        case .signingIn: break
        case .ready(let session):
            if cause.code == .connectionLost, let complaint = session.complaint {
                reason = .closedByServer(complaint.text)
            }
        case .closed(let earlier): reason = earlier
        }
        self = Self(.closed(reason))
        return reason
    }

    /// What the server last said about itself; nil before it said anything and after the end.
    var info: ServerInfo? {
        switch state {
        case .awaitingInfo: nil
        case .signingIn(let info): info
        case .ready(let session): session.info
        case .closed: nil
        }
    }

    /// Why the connection ended; nil while it has not.
    var closeReason: ClientError? {
        switch state {
        case .awaitingInfo: nil
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
                self = Self(.ready(session))
                return result
            } catch {
                self = Self(.ready(session))
                throw error
            }
        case .closed(let reason):
            self = Self(.closed(reason))
            throw reason
        case .awaitingInfo:
            self = Self(.awaitingInfo)
            throw .closed
        case .signingIn(let info):
            self = Self(.signingIn(info))
            throw .closed
        }
    }
}

extension ClientError {
    static let unreadableInfo = ClientError(.protocolViolation, "the server's INFO cannot be read")
    static let infoExpected = ClientError(
        .protocolViolation, "the server did not begin with INFO", remedy: "is this the port of a NATS server?")
}
