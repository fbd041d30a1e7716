/// A role as its account's file describes it: what its holders may do, how they come in, and for how long.
public struct RolePolicy: Sendable {
    public let name: String
    public let position: PolicyPosition
    /// Its name before.
    public var was: Placed<String>?
    public var description = ""
    /// The tags that its templates use, with the values that each may have.
    public var tags: [Tag] = []

    public var publish = PolicyAccess()
    public var subscribe = PolicyAccess()
    public var queue: [PolicyQueue] = []
    public var deniedQueue: [PolicyQueue] = []
    /// Services that it asks: published to, with an inbox of its own for the answers.
    public var call: [PolicySubject] = []
    /// Services that it answers.
    public var serve: [Service] = []
    /// Consumers that it works on.
    public var work: [Work] = []
    /// Streams that it makes consumers on: an open verb.
    public var read: [Placed<String>] = []
    /// Streams that it makes, changes and removes: an open verb.
    public var manage: [Placed<String>] = []
    public var keyValue: [KeyValue] = []
    public var objects: [ObjectStore] = []
    public var mqtt: MQTT?
    public var inbox: Placed<Inbox>?
    /// Of several roles put together the inboxes of each, as patterns; nil where there is the one of ``inbox``.
    var composedInboxes: [Placed<String>]?
    public var replies: Placed<Replies>?
    /// Roles that it has everything of.
    public var includes: [Placed<String>] = []

    // MARK: Coming in
    /// Networks in CIDR form; empty for any.
    public var networks: [Placed<String>] = []
    public var hours: Hours?
    /// Kinds of connections, such as `STANDARD`; empty for the ordinary ones.
    public var connections: [Placed<String>] = []
    public var lifetime: Lifetime?
    public var limits = RoleLimits()
    /// Fields of its template that the language has no words for.
    public var claims: [RawValue.Member] = []

    public struct Tag: Sendable, Hashable {
        public let name: String
        public let position: PolicyPosition
        public let values: [Placed<String>]
    }

    public struct Service: Sendable, Hashable {
        public let subject: PolicySubject
        /// The service's name, for its discovery subjects; nil without them.
        public var name: Placed<String>?
        /// The queue group that it is in; nil for none.
        public var queue: Placed<String>?
        /// Answers to each request.
        public var answers: Int64 = 1
        /// Nanoseconds that it has for them; nil for the server's default.
        public var within: Int64?
    }

    public enum Inbox: String, Sendable, Hashable, CaseIterable {
        case `private`, role, shared, none
    }

    public enum Replies: String, Sendable, Hashable, CaseIterable {
        case own, any
    }

    public struct Hours: Sendable, Hashable {
        public let zone: Placed<String>
        /// Each as `06:00-22:00`.
        public let ranges: [Range]

        public struct Range: Sendable, Hashable {
            /// `HH:MM:SS`
            public let start: String
            public let end: String
            public let position: PolicyPosition
        }
    }

    /// How long credentials are good for, nanoseconds.
    public struct Lifetime: Sendable, Hashable {
        public var usual: Int64?
        public var most: Int64?
        public let position: PolicyPosition
    }

    init(name: String, position: PolicyPosition) {
        self.name = name
        self.position = position
    }
}

/// What each connection of a role is limited to.
public struct RoleLimits: Sendable, Hashable {
    public var subscriptions: PolicyLimit?
    /// Bytes of a message.
    public var payload: PolicyLimit?

    public init() {}
}

/// A limit, or that there is none.
public enum PolicyLimit: Sendable, Hashable {
    case unlimited
    case most(Int64)
}
