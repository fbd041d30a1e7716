import Authorization

/// Hands decisions to a sink, building an event only for those that the sink wants. Used on every loop at once: it has
/// nothing that changes, and the sink sees to its own safety.
struct DecisionRecorder: Sendable {
    private let sink: (any DecisionSink)?
    /// Two bits for each action: what the sink wants of allowed and of denied ones.
    private let wanted: UInt32
    private let wantsDepartures: Bool

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
        wantsDepartures = sink?.wantsDepartures ?? false
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
    ///
    /// - Parameters:
    ///   - loop: the number of the shard that decides.
    ///   - typed: the subject as the client named it, before any mapping; the same one where there was none.
    @inline(__always)
    func record(
        _ action: Action, _ decision: Decision, by client: Client, on loop: Int, subject: Span<UInt8>,
        queue: [UInt8]? = nil, exporter: AccountIdentity? = nil
    ) {
        guard wants(action, decision.isAllowed) else { return }
        build(action, decision, by: client, on: loop, subject: copied(subject), queue: queue, exporter: exporter)
    }

    /// A message that its sender may not publish.
    func record(
        refused decision: Decision, by client: Client, on loop: Int, subject: Span<UInt8>, typed: Span<UInt8>,
        reply: Span<UInt8>
    ) {
        guard wants(.publish, false) else { return }
        let isMapped = !isSame(subject, typed)
        build(
            .publish, decision, by: client, on: loop, subject: copied(subject), typed: isMapped ? copied(typed) : nil,
            reply: reply.isEmpty ? nil : copied(reply))
    }

    /// A decision on a pattern.
    func record(
        _ action: Action, _ decision: Decision, by client: Client, on loop: Int, subject: [UInt8],
        queue: [UInt8]? = nil
    ) {
        guard wants(action, decision.isAllowed) else { return }
        build(action, decision, by: client, on: loop, subject: subject, queue: queue)
    }

    private func build(
        _ action: Action, _ decision: Decision, by client: Client, on loop: Int, subject: [UInt8],
        typed: [UInt8]? = nil, queue: [UInt8]? = nil, reply: [UInt8]? = nil, exporter: AccountIdentity? = nil
    ) {
        let connection = DecidedConnection(
            number: client.connection, address: client.remoteAddress, type: client.type)
        sink?.record(
            DecisionEvent(
                connection: connection, claimant: nil, principal: client.principal, serial: client.serial,
                action: action, subject: subject, typed: typed, queue: queue, reply: reply, decision: decision,
                exporter: exporter),
            on: loop)
    }

    private func isSame(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
        guard one.count == other.count else { return false }
        for index in one.indices where one[index] != other[index] { return false }
        return true
    }

    // MARK: Connections

    /// A sign-in, or a connection that is cut because its credential, or its account, does not let it stay: nil for
    /// `refusal` lets the client in.
    ///
    /// - Parameters:
    ///   - called: what the client called itself.
    ///   - departure: how the connection ends, where it had signed in.
    func record(
        _ refusal: Refusal?, of connection: DecidedConnection, on loop: Int, claimant: Claimant?,
        principal: Principal?, called: @autoclosure () -> String? = nil, departure: Departure? = nil
    ) {
        guard wants(.connect, refusal == nil) else { return }
        let decision = refusal == nil ? Decision.allowed(Rule(.unrestricted)) : .denied(Rule(.noAllow))
        var event = DecisionEvent(
            connection: connection, claimant: claimant, principal: principal, action: .connect, decision: decision,
            refusal: refusal, departure: departure)
        if refusal != nil, principal == nil, claimant == nil { event.called = called() }
        sink?.record(event, on: loop)
    }

    /// The end of a connection that no refusal brought about.
    func record(_ departure: Departure, of connection: DecidedConnection, on loop: Int, principal: Principal?) {
        guard wantsDepartures else { return }
        sink?.record(
            DecisionEvent(
                connection: connection, claimant: nil, principal: principal, action: .connect,
                decision: .allowed(Rule(.unrestricted)), departure: departure),
            on: loop)
    }
}

/// The bytes of a span, as an array of their own.
@inline(__always)
func copied(_ span: Span<UInt8>) -> [UInt8] {
    span.withUnsafeBufferPointer { Array($0) }
}
