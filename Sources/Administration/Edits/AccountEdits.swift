import Claims

/// Changes to an account: its limits, its default permissions and what describes it. Nil leaves a value as it is.
public struct AccountEdits: Sendable, Hashable {
    /// Client connections; -1 for any number.
    public var connections: Int64?
    /// Leaf node connections; -1 for any number.
    public var leafNodeConnections: Int64?
    /// Bytes in all; -1 for any. No server enforces it.
    public var data: Int64?
    /// Bytes of the largest message; -1 for any.
    public var payload: Int64?
    /// Subscriptions; -1 for any number.
    public var subscriptions: Int64?
    /// Exports; -1 for any number.
    public var exports: Int64?
    /// Imports; -1 for any number.
    public var imports: Int64?
    /// Whether exports may have wildcards.
    public var wildcardExports: Bool?
    /// Whether users whose token alone signs in are refused.
    public var disallowBearer: Bool?
    /// JetStream limits.
    public var jetStream = JetStreamEdits()
    /// What users may do that have no permissions of their own.
    public var defaultPermissions = PermissionEdits()
    /// Tags.
    public var tags = ListEdits()
    /// When the account's token counts.
    public var validity = Validity()
    /// A description of up to 8 KiB.
    public var description: String?
    /// Where to read more.
    public var infoURL: String?
    /// The subject that receives message traces; empty to stop tracing.
    public var traceSubject: String?
    /// Per cent of the messages to trace, 1 to 100.
    public var traceSampling: Int64?

    public init() {}

    /// Whether nothing would change.
    public var isEmpty: Bool { self == AccountEdits() }

    func apply(to claims: inout AccountClaims) throws(AdministrationError) {
        if let connections { claims.limits.connections = connections }
        if let leafNodeConnections { claims.limits.leafNodeConnections = leafNodeConnections }
        if let data { claims.limits.data = data }
        if let payload { claims.limits.payload = payload }
        if let subscriptions { claims.limits.subscriptions = subscriptions }
        if let exports { claims.limits.exports = exports }
        if let imports { claims.limits.imports = imports }
        if let wildcardExports { claims.limits.wildcardExports = wildcardExports }
        if let disallowBearer { claims.limits.disallowBearer = disallowBearer }
        try jetStream.apply(to: &claims.limits)
        try defaultPermissions.apply(to: &claims.defaultPermissions)
        tags.apply(toTags: &claims.tags)
        validity.apply(to: &claims)
        if let description { claims.description = description }
        if let infoURL { claims.infoURL = infoURL }
        try applyTrace(to: &claims)
    }

    private func applyTrace(to claims: inout AccountClaims) throws(AdministrationError) {
        if let traceSubject {
            claims.trace =
                traceSubject.isEmpty
                ? nil : MessageTrace(destination: traceSubject, sampling: claims.trace?.sampling ?? 0)
        }
        guard let traceSampling else { return }
        guard claims.trace != nil else {
            throw AdministrationError(
                .invalidValue, "there is no trace subject that the sampling could be for",
                remedy: "give it with --trace-context-subject")
        }
        claims.trace?.sampling = Int(clamping: traceSampling)
    }
}
