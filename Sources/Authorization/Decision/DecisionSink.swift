/// A decision together with whom and what it was about, for whoever keeps or prints decisions.
public struct DecisionEvent: Sendable {
    /// The server's number for the connection.
    public var connection: UInt64
    /// Who asked, by the credential presented; nil where none could be read. Somebody who was refused is named too,
    /// though perhaps only somebody who held that JWT.
    public var claimant: Claimant?
    /// Who it was decided about, to explain the rule by; nil for those who were not let in.
    public var principal: Principal?
    public var action: Action
    /// The decided subject or pattern, as bytes, after any mapping. Empty for a sign-in.
    public var subject: [UInt8]
    /// The queue group, where one takes part.
    public var queue: [UInt8]?
    public var decision: Decision
    /// Why a sign-in was refused or a connection cut.
    public var refusal: Refusal?
    /// The account that the subject belongs to, where that is not the principal's own.
    public var exporter: AccountIdentity?

    public init(
        connection: UInt64, claimant: Claimant?, principal: Principal? = nil, action: Action,
        subject: [UInt8] = [], queue: [UInt8]? = nil, decision: Decision, refusal: Refusal? = nil,
        exporter: AccountIdentity? = nil
    ) {
        self.connection = connection
        self.claimant = claimant
        self.principal = principal
        self.action = action
        self.subject = subject
        self.queue = queue
        self.decision = decision
        self.refusal = refusal
        self.exporter = exporter
    }
}

/// Takes decisions off a broker's hands. Called on all of the broker's event loops, on several at once: so the sink sees to
/// the order and safety of what it keeps, and it returns at once, without I/O and without locks that anybody holds for
/// long. Decisions about one connection come in the order in which they were made, but for those about messages that
/// other connections send to it.
public protocol DecisionSink: AnyObject, Sendable {
    /// Whether the sink wants decisions of this outcome. Asked once per kind when the broker starts, so that what nobody
    /// wants is never built.
    func wants(_ action: Action, isAllowed: Bool) -> Bool

    func record(_ event: DecisionEvent)

    /// What an account's settings say of records and of how much it may use (`audit`, `unlogged`, `quotas`), when the
    /// broker starts and whenever they change. Not called on the loops that decide.
    func put(_ settings: ResolvedSettings)
}

extension DecisionSink {
    public func put(_ settings: ResolvedSettings) {}
}
