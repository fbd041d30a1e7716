import Testing

@testable import Broker

struct PageQueueTests {
    /// Collects what was begun, to be ended by hand.
    private final class Desk {
        var begun: [String] = []
        var ends: [() -> Void] = []

        func work(_ name: String) -> PageQueue.Work {
            { whenDone in
                self.begun.append(name)
                self.ends.append(whenDone)
            }
        }
    }

    @Test func onePageIsMadeAtATimeAndAccountsTakeTurns() {
        let (queue, desk) = (PageQueue(mostOfOne: 8, most: 8), Desk())
        for name in ["a1", "a2", "a3"] { #expect(queue.add(for: 1, desk.work(name))) }
        #expect(queue.add(for: 2, desk.work("b1")))
        #expect(desk.begun == ["a1"])
        for _ in 0..<4 { desk.ends.removeFirst()() }
        #expect(desk.begun == ["a1", "a2", "b1", "a3"])
        #expect(queue.add(for: 2, desk.work("b2")))
        #expect(desk.begun.last == "b2")
    }

    @Test func fewWaitOfOneAccountAndAltogether() {
        let (queue, desk) = (PageQueue(mostOfOne: 2, most: 3), Desk())
        #expect((0..<4).map { queue.add(for: 1, desk.work("a\($0)")) } == [true, true, true, false])
        #expect((0..<2).map { queue.add(for: 2, desk.work("b\($0)")) } == [true, false])
        while !desk.ends.isEmpty { desk.ends.removeFirst()() }
        #expect(desk.begun == ["a0", "a1", "b0", "a2"])
        #expect(queue.add(for: 1, desk.work("again")))
    }

    @Test func pagesThatAreDoneAtOnceLeaveRoom() {
        let queue = PageQueue(mostOfOne: 1, most: 1)
        var made = 0
        for _ in 0..<5 {
            #expect(
                queue.add(for: 1) { whenDone in
                    made += 1
                    whenDone()
                })
        }
        #expect(made == 5)
    }
}

struct SubscriptionSliceTests {
    @Test func manySubscriptionsAreDescribedInParts() {
        let batches = SubscriptionSlice.batches([(1, 3), (2, 0), (3, 5000)])
        #expect(
            batches == [
                [
                    SubscriptionSlice(connection: 1, range: 0..<3),
                    SubscriptionSlice(connection: 3, range: 0..<2045),
                ],
                [SubscriptionSlice(connection: 3, range: 2045..<4093)],
                [SubscriptionSlice(connection: 3, range: 4093..<5000)],
            ])
    }

    @Test func aPageHasAsManyAsAPageMayHave() {
        let batches = SubscriptionSlice.batches([(1, 10_000), (2, 1_000_000), (3, 4)])
        let slices = batches.joined()
        #expect(slices.reduce(0) { $0 + $1.range.count } == PageOptions.mostOnPage)
        #expect(slices.allSatisfy { $0.connection != 3 })
        #expect(batches.allSatisfy { $0.reduce(0) { $0 + $1.range.count } <= SubscriptionSlice.batch })
        #expect(SubscriptionSlice.batches([]).isEmpty)
    }
}
