import Synchronization

/// How often somebody may ask: a bucket for each name that fills again with time. The table is bounded.
final class RateLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var time: Double
    }

    /// The most names that are kept apart; beyond it they share one bucket.
    static let mostNames = 10_000

    private let perSecond: Double
    private let burst: Double
    private let buckets = Mutex<[String: Bucket]>([:])

    /// - Parameter perSecond: 0 for no limit.
    init(perSecond: Double, burst: Double) {
        (self.perSecond, self.burst) = (perSecond, burst)
    }

    /// Takes one from the bucket of a name.
    ///
    /// - Parameters:
    ///   - now: seconds of a clock that never steps.
    ///   - cost: 0 to only look.
    /// - Returns: whether there was one.
    func allows(_ name: String, at now: Double, cost: Double = 1) -> Bool {
        guard perSecond > 0 else { return true }
        return buckets.withLock { buckets in
            var name = name
            if buckets[name] == nil, buckets.count >= Self.mostNames {
                buckets = buckets.filter { $0.value.tokens + (now - $0.value.time) * perSecond < burst }
                if buckets.count >= Self.mostNames { name = "" }
            }
            var bucket = buckets[name] ?? Bucket(tokens: burst, time: now)
            bucket.tokens = min(burst, bucket.tokens + max(0, now - bucket.time) * perSecond)
            bucket.time = now
            defer { buckets[name] = bucket }
            guard bucket.tokens >= max(cost, 1) else { return false }
            bucket.tokens -= cost
            return true
        }
    }
}
