/// A subscription that a traced message goes to.
struct TraceReceiver: Sendable {
    /// Its place on its own shard.
    let slot: UInt32
    /// As it stands in the index that it was found in.
    let pattern: [UInt8]
    let queue: [UInt8]?
    /// Its account, where that is not the one that the message was published in.
    let account: String?
}

/// A traced message for a receiver on another shard.
struct TracedDelivery: Sendable {
    /// Names the trace on the shard that it came from.
    let trace: UInt64
    let isOnly: Bool
    let receiver: TraceReceiver
    let subject: [UInt8]
    let tail: [UInt8]
    let shape: MessageShape
    /// The publishing connection.
    let connection: UInt64
    /// How many service imports the message has passed.
    let hops: Int
}
