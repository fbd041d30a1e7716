/// One destination of a subject mapping: an element of a list in `mappings`.
public struct WeightedMapping: Sendable, Hashable {
    /// Where messages go; `$1` stands for the first wildcard of the mapped subject.
    public var subject: String
    /// Per cent, 1 to 100; 0 means 100.
    public var weight: UInt8
    /// The cluster this destination is for; empty for all.
    public var cluster: String

    /// A destination that gets `weight` per cent of the messages.
    public init(subject: String, weight: UInt8 = 0, cluster: String = "") {
        self.subject = subject
        self.weight = weight
        self.cluster = cluster
    }

    /// Per cent, with 0 read as 100.
    public var effectiveWeight: UInt8 { weight == 0 ? 100 : weight }
}

/// Who decides about connections to an account by authentication callout: `nats.authorization`.
public struct ExternalAuthorization: Sendable, Hashable {
    /// `auth_users`: user public keys that answer callouts, and do not need one themselves.
    public var users: [String] = []
    /// `allowed_accounts`: account public keys that users may be placed in, or only `*` for any.
    public var allowedAccounts: [String] = []
    /// The curve public key that requests are sealed to; empty for none.
    public var xkey = ""

    /// No callouts.
    public init() {}

    /// Whether callouts are in use.
    public var isEnabled: Bool { !users.isEmpty }
}

/// Where traces of messages go that carry a trace context: `nats.trace`.
public struct MessageTrace: Sendable, Hashable {
    /// `dest`: the subject that receives the trace events.
    public var destination: String
    /// Per cent of the messages, 1 to 100; 0 means 100.
    public var sampling: Int

    /// Traces of some messages, sent to a subject without wildcards.
    public init(destination: String, sampling: Int = 0) {
        self.destination = destination
        self.sampling = sampling
    }
}
