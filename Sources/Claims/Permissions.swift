/// What may be published and subscribed to.
///
/// ```swift
/// Permissions(
///     publish: Permission(allow: ["orders.*"], deny: ["orders.secret"]),
///     subscribe: Permission(allow: ["work.> workers"]),
///     response: ResponsePermission(maxMessages: 1, expires: 5_000_000_000))
/// ```
public struct Permissions: Sendable, Hashable {
    /// `pub`
    public var publish = Permission()
    /// `sub`: an entry may have a queue group after a space.
    public var subscribe = Permission()
    /// `resp`: leave to answer requests that were received.
    public var response: ResponsePermission?

    /// Everything is allowed.
    public init() {}

    /// What may be published, subscribed to and answered.
    public init(publish: Permission, subscribe: Permission, response: ResponsePermission? = nil) {
        self.publish = publish
        self.subscribe = subscribe
        self.response = response
    }

    /// Nothing is allowed. Not to be confused with saying nothing, which leaves a user to its account's defaults.
    public static let nothing = Permissions(publish: Permission(deny: [">"]), subscribe: Permission(deny: [">"]))

    /// Whether nothing is said at all: neither of publishing nor of subscribing nor of answering.
    public var isEmpty: Bool { publish.isEmpty && subscribe.isEmpty && response == nil }
}

extension AccountClaims {
    /// What counts for a user whose own permissions, or whose scope's, are these: the account's default permissions, where
    /// nothing at all is said. In those braces are ordinary characters.
    public func permissions(for own: Permissions) -> Permissions { own.isEmpty ? defaultPermissions : own }
}

/// Allowed and denied subjects. An empty allow list allows everything that is not denied.
public struct Permission: Sendable, Hashable {
    /// `allow`
    public var allow: [String]
    /// `deny`: goes before what is allowed.
    public var deny: [String]
    /// Whether a token held one of the lists as an empty array. That grants nothing more or less, but a scoped user
    /// may not have it; see ``UserScope/check(_:)``. Never written.
    var hasEmptyArray = false

    /// Lists of subjects; everything is allowed when both are empty.
    public init(allow: [String] = [], deny: [String] = []) {
        self.allow = allow
        self.deny = deny
    }

    /// Whether nothing is said, so that everything is allowed.
    public var isEmpty: Bool { allow.isEmpty && deny.isEmpty }
}

/// Leave to publish to the reply subjects of messages that were received.
public struct ResponsePermission: Sendable, Hashable {
    /// `max`: answers per request; -1 for any number, 0 for the server's default of 1.
    public var maxMessages: Int
    /// `ttl`: nanoseconds after the request; -1 for ever, 0 for the server's default of two minutes.
    public var expires: Int64

    /// Leave to send `maxMessages` answers, until `expires` nanoseconds after the request.
    public init(maxMessages: Int, expires: Int64) {
        self.maxMessages = maxMessages
        self.expires = expires
    }
}
