import Testing

@testable import Broker

/// What waits to be said is bounded, and what is left out is counted and told.
struct EventQueueTests {
    private let event = EventQueue.Event(account: 0, subject: Array("s".utf8), body: Array("b".utf8))

    @Test func takesThemInOrderAndOnce() {
        var queue = EventQueue()
        for number in 0..<3 { queue.add(.init(account: 0, subject: [UInt8(number)], body: []), isBehind: false) }
        #expect(queue.takeAll().map(\.subject) == [[0], [1], [2]])
        #expect(queue.isEmpty && queue.takeAll().isEmpty)
    }

    @Test func aFloodIsLeftOutAndTold() {
        var queue = EventQueue()
        for _ in 0..<EventQueue.capacity + 7 { queue.add(event, isBehind: false) }
        #expect(queue.takeAll().count == EventQueue.capacity)
        #expect(queue.takeReport(now: 1) == 7)
        #expect(queue.takeReport(now: 2) == nil)
    }

    @Test func whatOthersCannotTakeIsLeftOut() {
        var queue = EventQueue()
        queue.add(event, isBehind: true)
        #expect(queue.isEmpty)
        #expect(queue.takeReport(now: 1) == 1)
        // Told again only after a while.
        queue.add(event, isBehind: true)
        #expect(queue.takeReport(now: 2) == nil)
        #expect(queue.takeReport(now: 20_000_000_000) == 1)
    }
}
