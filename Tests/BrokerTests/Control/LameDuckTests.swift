import Testing

@testable import Broker

/// Lame duck mode with clients on every event loop.
@Suite(.serialized) struct LameDuckTests {
    private func configuration(grace: Duration) throws -> (TestRealm, (inout BrokerConfiguration) -> Void) {
        var realm = try TestRealm()
        try realm.add("A.u")
        return (realm, { ($0.lameDuckGracePeriod, $0.lameDuckDuration) = (grace, .seconds(1)) })
    }

    @Test func everybodyIsSentAway() async throws {
        let (realm, change) = try configuration(grace: .milliseconds(100))
        try await TestBroker.run(realm, change: change) { broker in
            let clients = try (0..<2 * TestBroker.loops).map { _ in try broker.client("A.u", options: ",\"protocol\":1")
            }
            try await broker.server.goLame()
            for client in clients {
                var lines: [String] = []
                #expect(throws: TestClient.Ended.self) {
                    while true { if case .other(let line) = try client.frame() { lines.append(line) } }
                }
                #expect(client.information.count { $0.contains("\"ldm\":true") } == 1)
                #expect(lines.isEmpty)
            }
            #expect(throws: TestClient.Ended.self) { try broker.client("A.u") }
            // It begins once.
            try await broker.server.goLame()
        }
    }

    @Test func itIsOverAtOnceWhereNobodyIsThere() async throws {
        let (realm, change) = try configuration(grace: .seconds(3600))
        try await TestBroker.run(realm, change: change) { try await $0.server.goLame() }
    }

    @Test func stoppingEndsIt() async throws {
        let (realm, change) = try configuration(grace: .seconds(3600))
        var lame: Task<Void, any Error>?
        try await TestBroker.run(realm, change: change) { broker in
            let client = try broker.client("A.u", options: ",\"protocol\":1")
            lame = Task { try await broker.server.goLame() }
            while !client.information.contains(where: { $0.contains("\"ldm\":true") }) { try client.flush() }
        }
        try await lame?.value
    }
}
