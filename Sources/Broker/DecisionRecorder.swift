import Authorization

/// Hands decisions to a sink, building an event only for those that the sink wants. Used on every loop at once: it has
/// nothing that changes, and the sink sees to its own safety.
struct DecisionRecorder: Sendable {
    private let sink: (any DecisionSink)?
    /// Two bits for each action: what the sink wants of allowed and of denied ones.
    private let wanted: UInt32

    init(_ sink: (any DecisionSink)?) {
        self.sink = sink
        var wanted: UInt32 = 0
        if let sink {
            for action in Action.allCases {
                if sink.wants(action, isAllowed: true) { wanted |= Self.bit(action, true) }
                if sink.wants(action, isAllowed: false) { wanted |= Self.bit(action, false) }
            }
        }
        self.wanted = wanted
    }

    /// Hands an account's settings to the sink.
    func put(_ settings: ResolvedSettings) {
        sink?.put(settings)
    }

    @inline(__always)
    private static func bit(_ action: Action, _ isAllowed: Bool) -> UInt32 {
        1 << (UInt32(action.rawValue) * 2 + (isAllowed ? 1 : 0))
    }

    @inline(__always)
    private func wants(_ action: Action, _ isAllowed: Bool) -> Bool {
        wanted & Self.bit(action, isAllowed) != 0
    }

    /// A decision on one subject, or on the use of an export.
    @inline(__always)
    func record(
        _ action: Action, _ decision: Decision, by client: Client, subject: Span<UInt8>, queue: [UInt8]? = nil,
        exporter: AccountIdentity? = nil
    ) {
        guard wants(action, decision.isAllowed) else { return }
        build(action, decision, by: client, subject: copied(subject), queue: queue, exporter: exporter)
    }

    /// A decision on a pattern.
    func record(
        _ action: Action, _ decision: Decision, by client: Client, subject: [UInt8], queue: [UInt8]? = nil
    ) {
        guard wants(action, decision.isAllowed) else { return }
        build(action, decision, by: client, subject: subject, queue: queue, exporter: nil)
    }

    /// A sign-in, or a connection that is cut: nil for `refusal` lets the client in.
    func record(_ refusal: Refusal?, connection: UInt64, claimant: Claimant?, principal: Principal?) {
        guard wants(.connect, refusal == nil) else { return }
        let decision = refusal == nil ? Decision.allowed(Rule(.unrestricted)) : .denied(Rule(.noAllow))
        sink?.record(
            DecisionEvent(
                connection: connection, claimant: claimant, principal: principal, action: .connect, decision: decision,
                refusal: refusal))
    }

    private func build(
        _ action: Action, _ decision: Decision, by client: Client, subject: [UInt8], queue: [UInt8]?,
        exporter: AccountIdentity?
    ) {
        sink?.record(
            DecisionEvent(
                connection: client.connection, claimant: client.principal.claimant, principal: client.principal,
                action: action, subject: subject, queue: queue, decision: decision, exporter: exporter))
    }
}

/// The bytes of a span, as an array of their own.
@inline(__always)
func copied(_ span: Span<UInt8>) -> [UInt8] {
    span.withUnsafeBufferPointer { Array($0) }
}
