/// A part of a connection's subscriptions, by their places among them.
struct SubscriptionSlice: Sendable, Hashable {
    /// How many subscriptions a shard describes in one turn of its loop.
    static let batch = 2048
    /// How many bytes the subjects on a page come to, beyond which no more subscriptions are described.
    static let mostBytes = 8 << 20

    let connection: UInt64
    let range: Range<Int>

    /// What is asked for in one turn after another: as many subscriptions as a page has at the most, those of the first
    /// connections first.
    static func batches(_ connections: [(connection: UInt64, count: Int)]) -> [[SubscriptionSlice]] {
        var batches: [[SubscriptionSlice]] = []
        var (room, total) = (0, PageOptions.mostOnPage)
        for (connection, count) in connections {
            var start = 0
            while start < min(count, start + total) {
                if room == 0 {
                    batches.append([])
                    room = batch
                }
                let taken = min(count - start, room, total)
                batches[batches.count - 1].append(
                    SubscriptionSlice(connection: connection, range: start..<start + taken))
                start += taken
                room -= taken
                total -= taken
            }
        }
        return batches
    }
}
