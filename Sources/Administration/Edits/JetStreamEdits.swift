import Claims

/// Changes to the JetStream limits of an account. Sizes in bytes; -1 for any; nil leaves a value as it is.
public struct JetStreamEdits: Sendable, Hashable {
    /// The tier that the limits are for, as its number of replicas; nil or 0 for the limits of the whole account.
    public var tier: Int64?
    /// Enables JetStream with storage without limit: for a tier, or with 0 for the whole account.
    public var enable: Int64?
    /// Whether every JetStream limit is removed first, which disables JetStream.
    public var disable = false
    /// A tier to remove.
    public var removeTier: Int64?
    /// Bytes in memory.
    public var memoryStorage: Int64?
    /// Bytes on disk.
    public var diskStorage: Int64?
    /// Streams.
    public var streams: Int64?
    /// Consumers.
    public var consumers: Int64?
    /// Messages that wait for an acknowledgement.
    public var maxAckPending: Int64?
    /// Bytes of one stream in memory.
    public var memoryMaxStreamBytes: Int64?
    /// Bytes of one stream on disk.
    public var diskMaxStreamBytes: Int64?
    /// Whether every stream must state its largest size.
    public var maxBytesRequired: Bool?

    public init() {}

    func apply(to limits: inout AccountLimits) throws(AdministrationError) {
        if disable {
            limits.jetStream = JetStreamLimits()
            limits.tieredJetStream = [:]
        }
        if let removeTier {
            guard limits.tieredJetStream.removeValue(forKey: try Self.name(removeTier)) != nil else {
                throw AdministrationError(
                    .notFound, "the account has no JetStream tier R\(removeTier)",
                    remedy: limits.tieredJetStream.isEmpty
                        ? "it has no tiers at all"
                        : "it has " + limits.tieredJetStream.keys.sorted().joined(separator: ", "))
            }
        }
        if let enable {
            try edit(tier: enable, of: &limits) { tier in
                tier.memoryStorage = AccountLimits.unlimitedValue
                tier.diskStorage = AccountLimits.unlimitedValue
            }
        }
        guard hasLimits else { return }
        try edit(tier: tier ?? enable ?? 0, of: &limits) { apply(toTier: &$0) }
    }

    private var hasLimits: Bool {
        [memoryStorage, diskStorage, streams, consumers, maxAckPending, memoryMaxStreamBytes, diskMaxStreamBytes]
            .contains { $0 != nil } || maxBytesRequired != nil
    }

    private func apply(toTier tier: inout JetStreamLimits) {
        if let memoryStorage { tier.memoryStorage = memoryStorage }
        if let diskStorage { tier.diskStorage = diskStorage }
        if let streams { tier.streams = streams }
        if let consumers { tier.consumers = consumers }
        if let maxAckPending { tier.maxAckPending = maxAckPending }
        if let memoryMaxStreamBytes { tier.memoryMaxStreamBytes = memoryMaxStreamBytes }
        if let diskMaxStreamBytes { tier.diskMaxStreamBytes = diskMaxStreamBytes }
        if let maxBytesRequired { tier.maxBytesRequired = maxBytesRequired }
    }

    /// Changes a tier, or, for tier 0, the limits of the whole account.
    private func edit(
        tier: Int64, of limits: inout AccountLimits, _ change: (inout JetStreamLimits) -> Void
    ) throws(AdministrationError) {
        if tier == 0 {
            change(&limits.jetStream)
        } else {
            change(&limits.tieredJetStream[try Self.name(tier), default: JetStreamLimits()])
        }
    }

    private static func name(_ tier: Int64) throws(AdministrationError) -> String {
        guard (1...5).contains(tier) else {
            throw AdministrationError(
                .invalidValue, "\(tier) is not a number of replicas", remedy: "use 1 to 5, or 0 for the whole account")
        }
        return "R\(tier)"
    }
}
