/// Takes decisions off a broker's hands. Called on all of the broker's event loops, on several at once: so the sink sees to
/// the order and safety of what it keeps, and it returns at once, without I/O and without locks that anybody holds for
/// long. Decisions about one connection come in the order in which they were made, but for those about messages that
/// other connections send to it.
public protocol DecisionSink: AnyObject, Sendable {
    /// Whether the sink wants decisions of this outcome. Asked once per kind when the broker starts, so that what nobody
    /// wants is never built.
    func wants(_ action: Action, isAllowed: Bool) -> Bool

    /// Whether the sink wants to know how connections end, other than by a refusal. Asked once.
    var wantsDepartures: Bool { get }

    /// - Parameter loop: the number of the event loop that calls, 0 to 15: calls for one number never overlap.
    func record(_ event: DecisionEvent, on loop: Int)

    /// What an account's settings say of records and of how much it may use (`audit`, `unlogged`, `quotas`), when the
    /// broker starts and whenever they change. Not called on the loops that decide.
    func put(_ settings: ResolvedSettings)
}

extension DecisionSink {
    public var wantsDepartures: Bool { false }

    public func put(_ settings: ResolvedSettings) {}
}
