/// What can be told of the index of an account's subscriptions, or of several.
struct InterestStatistics: Sendable, Hashable {
    var subscriptions = 0
    var inserts: UInt64 = 0
    var removes: UInt64 = 0
    /// How often a subject was not remembered.
    var walks: UInt64 = 0
    /// Remembered subjects, the receivers of all of them, and the most that one has.
    var cached = 0
    var cachedReceivers = 0
    var largest = 0
    /// How often receivers were looked for: as often as messages came.
    var matches: UInt64 = 0

    /// Adds another account's.
    static func + (one: InterestStatistics, other: InterestStatistics) -> InterestStatistics {
        var sum = one
        sum.subscriptions += other.subscriptions
        sum.inserts &+= other.inserts
        sum.removes &+= other.removes
        sum.addUse(other)
        return sum
    }

    /// Adds what another shard's replica of the same subscriptions was used for.
    mutating func addUse(_ other: InterestStatistics) {
        walks &+= other.walks
        cached += other.cached
        cachedReceivers += other.cachedReceivers
        largest = max(largest, other.largest)
        matches &+= other.matches
    }

    func write(to writer: inout PageWriter) {
        let matches = max(matches, walks)
        writer.add("num_subscriptions", subscriptions)
        writer.add("num_cache", cached)
        writer.add("num_inserts", inserts)
        writer.add("num_removes", removes)
        writer.add("num_matches", matches)
        writer.add("cache_hit_rate", matches == 0 ? 0 : Double(matches - walks) / Double(matches))
        writer.add("max_fanout", largest)
        writer.add("avg_fanout", cached == 0 ? 0 : (Double(cachedReceivers) / Double(cached) * 100).rounded() / 100)
    }
}
