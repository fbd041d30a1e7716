import Authorization
import NKeys

/// Hands decisions to a sink, building an event only for those that the sink wants.
final class DecisionRecorder {
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

    @inline(__always)
    private static func bit(_ action: Action, _ isAllowed: Bool) -> UInt32 {
        1 << (UInt32(action.rawValue) * 2 + (isAllowed ? 1 : 0))
    }

    @inline(__always)
    func wants(_ action: Action, _ isAllowed: Bool) -> Bool {
        wanted & Self.bit(action, isAllowed) != 0
    }

    /// A decision on one subject.
    @inline(__always)
    func record(
        _ action: Action, _ decision: Decision, by session: Session, subject: Span<UInt8>, queue: [UInt8]? = nil
    ) {
        guard wants(action, decision.isAllowed) else { return }
        build(action, decision, by: session, subject: copied(subject), queue: queue, refusal: nil, exporter: nil)
    }

    /// A decision on a pattern, a sign-in, or a cut connection.
    func record(
        _ action: Action, _ decision: Decision, by session: Session, subject: [UInt8] = [], queue: [UInt8]? = nil,
        refusal: Refusal? = nil, exporter: PublicKey? = nil
    ) {
        guard wants(action, decision.isAllowed) else { return }
        build(action, decision, by: session, subject: subject, queue: queue, refusal: refusal, exporter: exporter)
    }

    private func build(
        _ action: Action, _ decision: Decision, by session: Session, subject: [UInt8], queue: [UInt8]?,
        refusal: Refusal?, exporter: PublicKey?
    ) {
        sink?.record(
            DecisionEvent(
                connection: session.id, claimant: session.principal?.claimant ?? session.claimant,
                principal: session.principal, action: action, subject: subject, queue: queue,
                decision: decision, refusal: refusal, exporter: exporter))
    }
}

/// The bytes of a span, as an array of their own.
@inline(__always)
func copied(_ span: Span<UInt8>) -> [UInt8] {
    span.withUnsafeBufferPointer { Array($0) }
}
