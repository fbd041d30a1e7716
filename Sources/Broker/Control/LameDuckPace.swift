/// How fast lame duck mode ends the connections that are there, as nats-server spreads them: over what is left of the
/// duration after the grace period, never more slowly than one a second, and several at a time where there are very many.
struct LameDuckPace: Sendable, Equatable {
    /// How many connections end at a time; at least 1.
    let batch: Int
    /// The most nanoseconds from one batch to the next. Each wait is a random one between half of it and all of it.
    let interval: Int64

    /// What is left where the grace period takes the whole duration, and the longest interval.
    private static let second: Int64 = 1_000_000_000
    /// Shorter waits than this are not worth a timer.
    private static let shortest: Int64 = 1_000_000

    /// - Parameters:
    ///   - duration: of lame duck mode as a whole, nanoseconds.
    ///   - grace: how much of it passes before the first connection ends, nanoseconds.
    init(connections: Int, duration: Int64, grace: Int64) {
        let left = duration > grace ? duration - max(grace, 0) : Self.second
        let each = left / Int64(max(connections, 1))
        interval = min(max(each, Self.shortest), Self.second)
        // So many that all of them end in time.
        let batches = Int(clamping: max(left / interval, 1))
        batch = each >= Self.shortest ? 1 : max(connections, 1) / batches + 1
    }

    /// The next wait in nanoseconds.
    func wait(using generator: inout some RandomNumberGenerator) -> Int64 {
        Int64.random(in: interval / 2...interval, using: &generator)
    }
}
