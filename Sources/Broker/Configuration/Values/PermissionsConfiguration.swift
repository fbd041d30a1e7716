/// A `permissions` block: what a user may publish and subscribe to.
public struct PermissionsConfiguration: Sendable, Hashable {
    /// The entries for one direction.
    public struct Rules: Sendable, Hashable {
        /// `allow`; nil where nothing is said, and everything is allowed. An empty list in the file counts as nothing
        /// said, as in nats-server. Never empty.
        public var allow: [String]?
        /// `deny`
        public var deny: [String] = []

        public init(allow: [String]? = nil, deny: [String] = []) {
            self.allow = allow
            self.deny = deny
        }
    }

    /// `allow_responses`: leave to answer requests that were received.
    public struct Responses: Sendable, Hashable {
        /// Answers per request; nil for any number.
        public var maximumMessages: Int? = 1
        /// How long after the request; nil for ever.
        public var lifetime: Duration? = .seconds(120)

        public init() {}
    }

    /// Subjects.
    public var publish = Rules()
    /// Subjects, each possibly with a queue group behind a blank.
    public var subscribe = Rules()
    /// Where there is one and ``publish`` allows nothing by name, nothing but answers may be published.
    public var responses: Responses?

    public init() {}
}
