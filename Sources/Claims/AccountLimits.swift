/// The limits that an operator sets on an account: `nats.limits`.
///
/// -1 (``unlimitedValue``) means unlimited; 0 means none and is what an absent field means, except where noted.
public struct AccountLimits: Sendable, Hashable {
    /// What says that a limit is none: -1. Other negative numbers are not unlimited everywhere.
    public static let unlimitedValue: Int64 = -1

    /// `subs`: subscriptions.
    public var subscriptions: Int64 = 0
    /// `data`: bytes; kept for compatibility, enforced by no server.
    public var data: Int64 = 0
    /// `payload`: bytes of the largest message.
    public var payload: Int64 = 0
    /// `imports`: how many there may be.
    public var imports: Int64 = 0
    /// `exports`: how many there may be.
    public var exports: Int64 = 0
    /// `wildcards`: exports may have wildcard subjects.
    public var wildcardExports = false
    /// `disallow_bearer`: bearer users of this account are refused.
    public var disallowBearer = false
    /// `conn`: client connections.
    public var connections: Int64 = 0
    /// `leaf`: leaf node connections.
    public var leafNodeConnections: Int64 = 0
    /// The limits of all streams together; all zero disables JetStream unless there are tiers.
    public var jetStream = JetStreamLimits()
    /// `tiered_limits`: limits by tier ("R1", "R3"); excludes ``jetStream``.
    public var tieredJetStream: TextDictionary<JetStreamLimits> = [:]

    /// Every limit 0.
    public init() {}

    /// What a new account has: NATS limits unlimited, wildcard exports allowed, JetStream disabled.
    public static let unlimited: AccountLimits = {
        var limits = AccountLimits()
        limits.subscriptions = unlimitedValue
        limits.data = unlimitedValue
        limits.payload = unlimitedValue
        limits.imports = unlimitedValue
        limits.exports = unlimitedValue
        limits.wildcardExports = true
        limits.connections = unlimitedValue
        limits.leafNodeConnections = unlimitedValue
        return limits
    }()

    /// Whether every field is zero, as in a token that has no limits.
    public var isEmpty: Bool { self == AccountLimits() }

    /// Whether nothing is limited, JetStream included.
    public var isUnlimited: Bool {
        var plain = self
        plain.jetStream = JetStreamLimits()
        return plain == .unlimited && jetStream.isUnlimited
    }

    /// Whether the account may use JetStream: some tier, or without tiers the flat limits, grants storage.
    public var isJetStreamEnabled: Bool {
        tieredJetStream.isEmpty ? jetStream.grantsStorage : tieredJetStream.contains { $0.value.grantsStorage }
    }
}

/// The JetStream limits of an account (members of `limits`) or of one tier (of `tiered_limits`). Sizes in bytes; -1 is unlimited.
public struct JetStreamLimits: Sendable, Hashable {
    /// `mem_storage`
    public var memoryStorage: Int64 = 0
    /// `disk_storage`
    public var diskStorage: Int64 = 0
    /// `streams`
    public var streams: Int64 = 0
    /// `consumer`
    public var consumers: Int64 = 0
    /// `max_ack_pending`: 0 is unlimited too.
    public var maxAckPending: Int64 = 0
    /// `mem_max_stream_bytes`: 0 is unlimited too.
    public var memoryMaxStreamBytes: Int64 = 0
    /// `disk_max_stream_bytes`: 0 is unlimited too.
    public var diskMaxStreamBytes: Int64 = 0
    /// `max_bytes_required`: every stream must state its largest size.
    public var maxBytesRequired = false

    /// JetStream disabled.
    public init() {}

    /// No limit.
    public static let unlimited: JetStreamLimits = {
        var limits = JetStreamLimits()
        limits.memoryStorage = AccountLimits.unlimitedValue
        limits.diskStorage = AccountLimits.unlimitedValue
        limits.streams = AccountLimits.unlimitedValue
        limits.consumers = AccountLimits.unlimitedValue
        return limits
    }()

    /// Whether nothing is limited.
    public var isUnlimited: Bool {
        memoryStorage == -1 && diskStorage == -1 && streams == -1 && consumers == -1 && maxAckPending <= 0
            && memoryMaxStreamBytes <= 0 && diskMaxStreamBytes <= 0 && !maxBytesRequired
    }

    var grantsStorage: Bool { memoryStorage != 0 || diskStorage != 0 }
}
