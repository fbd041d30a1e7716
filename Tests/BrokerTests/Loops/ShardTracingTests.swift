import Claims
import Testing

@testable import Broker

/// Messages whose way is traced, between clients on different event loops.
@Suite(.serialized) struct ShardTracingTests {
    private static let trace = "NATS/1.0\r\nNats-Trace-Dest: t.d\r\n"

    private func realm() throws -> TestRealm {
        var realm = try TestRealm()
        for name in ["A.user", "B.user"] { try realm.add(name) }
        var quiet = Permissions()
        quiet.publish.allow = ["a.>"]
        try realm.add("A.quiet", quiet)
        realm.change("A") { $0.exports = [Export(subject: "s.>", type: .stream)] }
        let exporter = realm.key("A")
        realm.change("B") {
            var use = Import(subject: "s.>", account: exporter, localSubject: "in.>", type: .stream)
            use.allowTrace = true
            $0.imports = [use]
        }
        return realm
    }

    private func publish(_ client: TestClient, _ subject: String, _ headers: String) throws {
        let block = headers + "\r\n"
        try client.send("HPUB \(subject) \(block.utf8.count) \(block.utf8.count + 1)\r\n\(block)x\r\n")
    }

    /// The trace that comes last to a client that waits for it.
    private func events(_ client: TestClient) throws -> String {
        var bodies: [String] = []
        while bodies.isEmpty { bodies = try client.bodies() }
        return bodies.joined()
    }

    @Test func everyReceiverOnEveryLoopIsNoted() async throws {
        try await TestBroker.run(realm()) { broker in
            let listener = try broker.client("A.user")
            try listener.send("SUB t.d 1\r\n")
            try listener.flush()
            let receivers = try (0..<3).map { _ in try broker.client("A.user") }
            for receiver in receivers {
                try receiver.send("SUB a.* 1\r\nSUB a.x g 2\r\n")
                try receiver.flush()
            }
            try publish(receivers[0], "a.x", Self.trace)
            let events = try events(listener)
            #expect(events.ranges(of: "\"type\":\"eg\"").count == 4)
            #expect(events.ranges(of: "\"queue\":\"g\"").count == 1)
            #expect(events.contains("\"type\":\"in\"") && !events.contains("error"))
            var count = 0
            for receiver in receivers { count += try receiver.bodies().count }
            #expect(count == 4)
        }
    }

    @Test func whatIsOnlyTracedGoesToNobody() async throws {
        try await TestBroker.run(realm()) { broker in
            let listener = try broker.client("A.user")
            try listener.send("SUB t.d 1\r\n")
            try listener.flush()
            let importers = try (0..<3).map { _ in try broker.client("B.user") }
            for importer in importers {
                try importer.send("SUB in.> 1\r\n")
                try importer.flush()
            }
            try publish(listener, "s.x", Self.trace + "Nats-Trace-Only: true\r\n")
            let events = try events(listener)
            #expect(events.ranges(of: "\"type\":\"se\"").count == 3)
            #expect(events.ranges(of: "\"type\":\"eg\"").count == 3)
            for importer in importers { #expect(try importer.bodies().isEmpty) }
        }
    }

    @Test func whoMayNotPublishWhereItGoesTracesNothing() async throws {
        try await TestBroker.run(realm()) { broker in
            let listener = try broker.client("A.user")
            try listener.send("SUB t.d 1\r\nSUB a.x 2\r\n")
            try listener.flush()
            let quiet = try broker.client("A.quiet")
            try publish(quiet, "a.x", Self.trace)
            let frames = try quiet.flush()
            #expect(
                frames.contains { if case .other(let line) = $0 { line.contains("Publish to \"t.d\"") } else { false } }
            )
            #expect(try listener.bodies().isEmpty)
        }
    }
}
