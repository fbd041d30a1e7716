/// What happened on a shard since the start; counts begin anew beyond 64 bits.
struct ShardTally: Sendable {
    /// Connections that were cut because they did not take what was sent to them.
    var slowConsumers: UInt64 = 0
    /// Connections that were cut because they did not answer.
    var staleConnections: UInt64 = 0
    /// How often a client's commands waited for a receiver that fell behind.
    var stalls: UInt64 = 0

    static func + (one: ShardTally, other: ShardTally) -> ShardTally {
        ShardTally(
            slowConsumers: one.slowConsumers &+ other.slowConsumers,
            staleConnections: one.staleConnections &+ other.staleConnections, stalls: one.stalls &+ other.stalls)
    }
}

/// What happened in an account on a shard since the start.
struct AccountTally: Sendable {
    /// What those sent and got who have left. Those who are there count for themselves.
    var departed = Traffic()
    var slowConsumers: UInt64 = 0
}
