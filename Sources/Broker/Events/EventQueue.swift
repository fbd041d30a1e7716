/// What a shard has to say in the system account or another and has not said yet: said when the turn of the loop ends, since it comes
/// up in the midst of closing and delivering.
struct EventQueue {
    struct Event {
        /// The number of the account that it is said in.
        let account: Int
        let subject: [UInt8]
        let body: [UInt8]
    }

    /// Most events that wait: what a flood of connections brings about in one turn beyond that is left out.
    static let capacity = 4096
    /// How often it is told how many were left out, nanoseconds.
    private static let reportInterval: Int64 = 10_000_000_000

    private var waiting: [Event] = []
    private var dropped = 0
    private var lastReport: Int64 = 0

    var isEmpty: Bool { waiting.isEmpty }

    /// - Parameter isBehind: whether those who hear of it have more to hear than they can take.
    mutating func add(_ event: Event, isBehind: Bool) {
        guard !isBehind, waiting.count < Self.capacity else {
            dropped += 1
            return
        }
        waiting.append(event)
    }

    mutating func takeAll() -> [Event] {
        guard !waiting.isEmpty else { return [] }
        defer { waiting.removeAll(keepingCapacity: waiting.count <= 64) }
        return waiting
    }

    /// How many events were left out since this was last told; nil while there is nothing to tell.
    mutating func takeReport(now: Int64) -> Int? {
        guard dropped > 0, lastReport == 0 || now - lastReport >= Self.reportInterval else { return nil }
        lastReport = now
        defer { dropped = 0 }
        return dropped
    }
}
