import Authorization
import Testing

@testable import Broker

@Suite struct ClosedConnectionsTests {
    private static func report(_ id: UInt64) -> ConnectionReport {
        ConnectionReport(
            id: id, type: .standard, address: nil, port: 0, startedAt: 0, lastActivity: 0,
            ending: (.clientClosed, 0), roundTrip: 0, pending: 0, traffic: Traffic(), subscriptionCount: 0, name: "",
            language: "", version: "", account: nil, client: nil, claimant: nil, presentation: nil)
    }

    @Test func theOldestMakeRoom() {
        var closed = ClosedConnections()
        for id in 1...5 { closed.add(Self.report(UInt64(id)), capacity: 3) }
        #expect(closed.reports.map(\.id) == [3, 4, 5] && closed.total == 5)
    }

    @Test func theCapacityMayChange() {
        var closed = ClosedConnections()
        for id in 1...5 { closed.add(Self.report(UInt64(id)), capacity: 4) }
        closed.add(Self.report(6), capacity: 2)
        #expect(closed.reports.map(\.id) == [5, 6])
        closed.add(Self.report(7), capacity: 4)
        closed.add(Self.report(8), capacity: 4)
        closed.add(Self.report(9), capacity: 4)
        #expect(closed.reports.map(\.id) == [6, 7, 8, 9])
        closed.add(Self.report(10), capacity: 0)
        #expect(closed.reports.isEmpty && closed.total == 10)
    }

    @Test func reasonsAreSortedByTheirTexts() {
        var one = Self.report(1)
        one = ConnectionReport(
            id: 1, type: .standard, address: nil, port: 0, startedAt: .min, lastActivity: .min,
            ending: (.staleConnection, .max), roundTrip: 0, pending: 0, traffic: Traffic(), subscriptionCount: 0,
            name: "", language: "", version: "", account: nil, client: nil, claimant: nil, presentation: nil)
        let other = Self.report(2)
        #expect(ConnectionOrder.reason.key(one, now: 0) > ConnectionOrder.reason.key(other, now: 0))
        // No clock can make a key trap.
        for order in ConnectionOrder.allCases { _ = order.key(one, now: .max) }
    }
}
