/// The permissions and limits of a user (members of `nats`), or of the users that a scope signs (`template`).
///
/// ```swift
/// var limits = UserPermissionLimits()
/// limits.permissions.publish.allow = ["orders.>"]
/// limits.sources = ["10.0.0.0/8"]
/// limits.payload = 65_536
/// ```
public struct UserPermissionLimits: Sendable, Hashable {
    /// `pub`, `sub`, `resp`
    public var permissions = Permissions()
    /// `src`: networks in CIDR notation that the user may connect from; empty for any.
    public var sources: [String] = []
    /// `times`: hours of the day in which the user may connect; empty for any.
    public var times: [TimeRange] = []
    /// `times_location`: the IANA time zone of ``times``; empty for the server's own.
    public var timeZone = ""
    /// `subs`: subscriptions; -1 for unlimited.
    public var subscriptions: Int64 = -1
    /// `data`: bytes; -1 for unlimited; enforced by no server.
    public var data: Int64 = -1
    /// `payload`: bytes of the largest message; -1 for unlimited.
    public var payload: Int64 = -1
    /// `bearer_token`: the JWT alone signs in, without proof of the user's key.
    public var bearerToken = false
    /// `proxy_required`: the user may only come through a trusted proxy.
    public var proxyRequired = false
    /// `allowed_connection_types`: STANDARD, WEBSOCKET, LEAFNODE, LEAFNODE_WS, MQTT, MQTT_WS, IN_PROCESS; empty for
    /// any.
    public var allowedConnectionTypes: [String] = []
    /// Whether a token held one of the lists here (not in ``permissions``) as an empty array; see
    /// ``UserScope/check(_:)``. Never written.
    var hasEmptyArray = false

    /// No permissions set and no limit: what a new user has.
    public init() {}

    /// Everything zero or absent: what a user signed by a scoped key must have.
    public static let scoped: UserPermissionLimits = {
        var limits = UserPermissionLimits()
        limits.subscriptions = 0
        limits.data = 0
        limits.payload = 0
        return limits
    }()

    /// Whether nothing at all is set, as a scoped signing key demands: not even an empty list.
    public var isEmpty: Bool { self == .scoped }
}

/// An element of `times`. Hours of a day, each end as `HH:MM:SS`. A start after the end crosses midnight.
public struct TimeRange: Sendable, Hashable {
    /// The first second of the range.
    public var start: String
    /// The last second of the range.
    public var end: String

    /// Hours of each day, both ends included.
    public init(start: String, end: String) {
        self.start = start
        self.end = end
    }
}
