import Claims

/// Changes to the permissions and limits of a user, or of the users of a role.
public struct UserLimitEdits: Sendable, Hashable {
    /// What may be published and subscribed to.
    public var permissions = PermissionEdits()
    /// The largest number of subscriptions; -1 for any.
    public var subscriptions: Int64?
    /// Bytes in all; -1 for any. No server enforces it.
    public var data: Int64?
    /// Bytes of the largest message; -1 for any.
    public var payload: Int64?
    /// Whether the token alone signs in.
    public var bearer: Bool?
    /// Networks in CIDR notation to connect from.
    public var sources = ListEdits()
    /// Connection types to use, such as `STANDARD` or `WEBSOCKET`.
    public var connectionTypes = ListEdits()
    /// Hours to connect in, each `HH:MM:SS-HH:MM:SS`; to remove, its start is enough.
    public var hours = ListEdits()
    /// The IANA time zone of the hours.
    public var timeZone: String?

    public init() {}

    /// Whether nothing would change.
    public var isEmpty: Bool { self == UserLimitEdits() }

    private static let knownConnectionTypes: Set<String> = [
        "STANDARD", "WEBSOCKET", "LEAFNODE", "LEAFNODE_WS", "MQTT", "MQTT_WS", "IN_PROCESS",
    ]

    func apply(to limits: inout UserPermissionLimits) throws(AdministrationError) {
        try permissions.apply(to: &limits.permissions)
        if let subscriptions { limits.subscriptions = subscriptions }
        if let data { limits.data = data }
        if let payload { limits.payload = payload }
        if let bearer { limits.bearerToken = bearer }
        sources.apply(to: &limits.sources) { $0.lowercased() }
        connectionTypes.apply(to: &limits.allowedConnectionTypes) { $0.uppercased() }
        if let unknown = connectionTypes.add.first(where: { !Self.knownConnectionTypes.contains($0.uppercased()) }) {
            throw AdministrationError(
                .invalidValue, "\"\(unknown)\" is not a connection type",
                remedy: "use one of " + Self.knownConnectionTypes.sorted().joined(separator: ", "))
        }
        try applyHours(to: &limits)
        if let timeZone { limits.timeZone = timeZone }
    }

    private func applyHours(to limits: inout UserPermissionLimits) throws(AdministrationError) {
        limits.times.removeAll { range in
            hours.remove.contains { $0.isExactly(range.start) || $0.isExactly("\(range.start)-\(range.end)") }
        }
        for text in hours.add {
            let ends = text.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count == 2 else {
                throw AdministrationError(
                    .invalidValue, "\"\(text)\" is not a range of hours",
                    remedy: "write for example 08:00:00-17:30:00")
            }
            let range = TimeRange(start: String(ends[0]), end: String(ends[1]))
            if !limits.times.contains(range) { limits.times.append(range) }
        }
    }
}
