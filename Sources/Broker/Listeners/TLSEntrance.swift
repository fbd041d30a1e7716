/// Decides when the server greets a client and when the two secure their connection. Knows no sockets: it is told what
/// happens, and says what to do.
///
///     waiting ─┬→ greeted ─┬→ securing → open
///              └───────────┼→ securing (greets when it is done)
///                          └→ open (plain, where that is allowed)
struct TLSEntrance {
    enum State: Hashable {
        /// Nothing has been sent, and nothing has come.
        case waiting
        case greeted
        /// The handshake goes on.
        case securing(isGreeted: Bool)
        case open
        case closed
    }

    enum Action: Hashable {
        case nothing
        /// Begin the session, whose first words greet the client.
        case greet
        /// Begin the handshake with the bytes that have come.
        case secure
        /// Greet, and close: what has come is no handshake.
        case greetAndClose
        /// The client may speak, over TLS or plainly.
        case open
        /// The same, behind the greeting.
        case greetAndOpen
        case close
    }

    /// What every TLS handshake begins with.
    private static let handshake: UInt8 = 0x16

    private let first: TLSConfiguration.HandshakeFirst
    private let allowsPlain: Bool
    private(set) var state = State.waiting
    /// Whether the session has begun.
    private(set) var hasGreeted = false

    init(first: TLSConfiguration.HandshakeFirst, allowsPlain: Bool) {
        self.first = first
        self.allowsPlain = allowsPlain
    }

    /// How long the server waits for a handshake before it greets; nil where it does not wait, or always does.
    var patience: Duration? {
        if case .fallback(let delay) = first { return delay }
        return nil
    }

    /// The client has connected.
    mutating func begin() -> Action {
        guard first == .no else { return .nothing }
        state = .greeted
        hasGreeted = true
        return .greet
    }

    /// ``patience`` is over.
    mutating func patienceEnded() -> Action {
        guard state == .waiting, patience != nil else { return .nothing }
        state = .greeted
        hasGreeted = true
        return .greet
    }

    /// Bytes have come; the handshake's own ones, once it has begun, need no decision.
    mutating func received(first byte: UInt8) -> Action {
        switch state {
        case .waiting where byte == Self.handshake:
            state = .securing(isGreeted: false)
            return .secure
        case .greeted where byte == Self.handshake:
            state = .securing(isGreeted: true)
            return .secure
        case .greeted where allowsPlain:
            state = .open
            return .open
        case .waiting:
            state = .closed
            hasGreeted = first != .always
            return first == .always ? .close : .greetAndClose
        case .greeted:
            state = .closed
            return .close
        case .securing, .open, .closed:
            return .nothing
        }
    }

    /// The handshake has succeeded.
    mutating func secured() -> Action {
        guard case .securing(let isGreeted) = state else { return .nothing }
        state = .open
        return isGreeted ? .open : .greetAndOpen
    }

    /// The time for the handshake is over.
    mutating func timedOut() -> Action {
        switch state {
        case .greeted where allowsPlain:
            // It has said nothing, so it may have nothing to say yet.
            state = .open
            return .open
        case .waiting, .greeted, .securing:
            state = .closed
            return .close
        case .open, .closed:
            return .nothing
        }
    }
}
