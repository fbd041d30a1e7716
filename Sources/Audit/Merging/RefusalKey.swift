public import Authorization

/// What refusals have to have in common to become one record.
public struct RefusalKey: Sendable, Hashable {
    /// The event loop that decided.
    public var source: Int
    /// The client, with its user, token, connection and claims: ``DecisionEvent/serial``.
    public var client: UInt64
    public var action: Action
    public var rule: Rule
    /// Nil where so many were refused that subject and queue do not count any more.
    public var subject: [UInt8]?
    public var queue: [UInt8]?

    public init(
        source: Int, client: UInt64, action: Action, rule: Rule, subject: [UInt8]?, queue: [UInt8]? = nil
    ) {
        (self.source, self.client, self.action, self.rule) = (source, client, action, rule)
        (self.subject, self.queue) = (subject, queue)
    }

    /// The key without subject and queue.
    var withoutSubject: RefusalKey {
        RefusalKey(source: source, client: client, action: action, rule: rule, subject: nil)
    }
}

/// How many different refusals are told apart.
public struct MergingLimits: Sendable {
    /// How long repeats are gathered, nanoseconds.
    public var window: Int64 = 1_000_000_000
    /// Different ones in a second, for each connection.
    public var perConnection = 64
    /// Different ones in a second, for each account.
    public var perAccount = 1_000
    /// The most repeats that wait to be written; with more, what is gathered is written early.
    public var pending: Int64 = 262_144
    /// The most subjects of one record that are told apart.
    public var distinct = 1_024
    /// Subjects that are kept as samples.
    public var samples = 8

    public init() {}
}
