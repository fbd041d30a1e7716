import Authorization
import Dispatch
import TestSupport
import Testing

@testable import Audit

@Suite struct DecisionRingTests {
    private static func event(_ number: UInt64, _ action: Action = .publish) -> DecisionEvent {
        DecisionEvent(
            connection: DecidedConnection(number: number, address: nil, type: .standard), claimant: nil, action: action,
            subject: Array("s.\(number)".utf8), decision: .denied(Rule(.noAllow)))
    }

    @Test func `one thread puts in and another takes out, in order, and what had no room is counted`() {
        let ring = DecisionRing(capacity: 64)
        let count: UInt64 = 200_000
        let done = DispatchSemaphore(value: 0)
        DispatchQueue(label: "producer").async {
            for number in 1...count { _ = ring.put(Self.event(number, number % 2 == 0 ? .publish : .deliver)) }
            done.signal()
        }
        var (taken, last): (Int64, UInt64) = (0, 0)
        func drain() {
            _ = ring.drain { event in
                #expect(event.connection.number > last && event.subject == Array("s.\(event.connection.number)".utf8))
                last = event.connection.number
                taken += 1
            }
        }
        while done.wait(timeout: .now()) == .timedOut { drain() }
        drain()
        let lost = ring.lostSoFar
        #expect(taken + lost.total == Int64(count) && ring.isEmpty)
        #expect(Set(lost.byName.keys).isSubset(of: ["publish.denied", "deliver.denied"]))
    }

    @Test func `what is lost is named by kind and outcome`() {
        let ring = DecisionRing(capacity: 1)
        for _ in 0..<3 { _ = ring.put(Self.event(1)) }
        var cut = Self.event(2, .connect)
        for departure in Departure.allCases {
            cut.departure = departure
            _ = ring.put(cut)
        }
        let names = ring.lostSoFar.byName
        #expect(names["publish.denied"] == 2)
        #expect(names.filter { $0.key.hasPrefix("disconnect.") }.values.reduce(0, +) == Int64(Departure.allCases.count))
        #expect(
            names.keys.sorted() == [
                "disconnect.changed", "disconnect.cut", "disconnect.error", "disconnect.exhausted", "publish.denied",
            ])
    }
}
