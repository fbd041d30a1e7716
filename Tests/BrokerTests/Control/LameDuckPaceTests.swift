import Testing

@testable import Broker

/// How connections are spread over what is left of lame duck mode: never more slowly than one a second.
struct LameDuckPaceTests {
    private static let second: Int64 = 1_000_000_000

    private func pace(_ connections: Int, _ duration: Int64 = 120, grace: Int64 = 10) -> LameDuckPace {
        LameDuckPace(connections: connections, duration: duration * Self.second, grace: grace * Self.second)
    }

    @Test(arguments: [0, 1, 10, 110])
    func fewEndOneASecond(_ connections: Int) {
        #expect(pace(connections).interval == Self.second)
        #expect(pace(connections).batch == 1)
    }

    @Test func manyEndEvenlyWithinTheTime() {
        #expect(pace(1100).interval == Self.second / 10)
        #expect(pace(1100).batch == 1)
    }

    @Test(arguments: [110_001, 1_000_000, Int(Int32.max), Int.max])
    func veryManyEndSeveralAtATime(_ connections: Int) {
        let pace = pace(connections)
        #expect(pace.interval == 1_000_000)
        #expect(pace.batch > 1)
        #expect(connections / pace.batch <= 110_000)
    }

    @Test func aGraceAsLongAsAllOfItLeavesASecond() {
        #expect(pace(1000, 10, grace: 10).interval == 1_000_000)
        #expect(pace(1000, 10, grace: 20).interval == 1_000_000)
        #expect(LameDuckPace(connections: 3, duration: .max, grace: 0).interval == Self.second)
        #expect(LameDuckPace(connections: 3, duration: .max, grace: .min).interval == Self.second)
    }

    @Test func waitsAreRandomButNotShort() {
        var generator = SystemRandomNumberGenerator()
        let waits = (0..<100).map { _ in pace(1).wait(using: &generator) }
        #expect(waits.allSatisfy { (Self.second / 2...Self.second).contains($0) })
        #expect(Set(waits).count > 1)
    }
}
