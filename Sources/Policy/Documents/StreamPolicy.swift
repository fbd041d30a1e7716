/// A stream that the account has, as far as policies have to know: what its subjects are and who takes from it. The stream
/// itself is made by whoever runs it.
public struct StreamPolicy: Sendable, Hashable {
    public let name: String
    public let position: PolicyPosition
    public var subjects: [PolicySubject] = []
    public var consumers: [Consumer] = []

    public struct Consumer: Sendable, Hashable {
        public let name: String
        public let position: PolicyPosition
        /// What it gets of the stream; empty for all.
        public var filters: [PolicySubject] = []

        init(name: String, position: PolicyPosition) {
            self.name = name
            self.position = position
        }
    }

    init(name: String, position: PolicyPosition) {
        self.name = name
        self.position = position
    }
}

/// How much JetStream may take, in all or in a tier of replicas.
public struct JetStreamPolicy: Sendable, Hashable {
    public var disk: PolicyLimit?
    public var memory: PolicyLimit?
    public var streams: PolicyLimit?
    public var consumers: PolicyLimit?
    /// Messages of a consumer that wait for an acknowledgement.
    public var ackPending: PolicyLimit?
    /// Bytes of one stream on disk.
    public var diskStream: PolicyLimit?
    /// Bytes of one stream in memory.
    public var memoryStream: PolicyLimit?
    /// Whether every stream has to say how large it may become.
    public var requiresMaximum = false
    public let position: PolicyPosition

    init(position: PolicyPosition) {
        self.position = position
    }
}

/// The JetStream limits of an account: one for all streams, or one for each tier.
public struct JetStreamLimitsPolicy: Sendable, Hashable {
    public var all: JetStreamPolicy?
    public var tiers: [Tier] = []

    public struct Tier: Sendable, Hashable {
        /// `R1`, `R3` and so on.
        public let name: String
        public let limits: JetStreamPolicy
    }

    init() {}
}
