import Claims
import NIOCore
import Testing

@testable import Broker

/// What the system account hears, with clients and listeners on every event loop.
@Suite(.serialized) struct EventsTests {
    private func realm() throws -> TestRealm {
        var realm = try TestRealm()
        try realm.add("A.u")
        try realm.add("B.u")
        return realm
    }

    /// Waits until a listener has heard something on a subject with this text in it.
    private func hear(_ listener: TestClient, _ subject: String, _ text: String = "") throws -> String {
        while true {
            if case .message(let told, _, _, let body) = try listener.frame(), told == subject, body.contains(text) {
                return body
            }
        }
    }

    @Test func everyListenerHearsOfClientsOnEveryLoop() async throws {
        let realm = try realm()
        let account = realm.key("A")
        try await TestBroker.run(realm) { broker in
            let listeners = try (0..<TestBroker.loops).map { _ in try broker.client("SYS.admin") }
            for listener in listeners {
                try listener.send("SUB $SYS.ACCOUNT.\(account).> 1\r\nSUB $SYS.SERVER.ACCOUNT.> 2\r\n")
                try listener.flush()
            }
            for number in 0..<TestBroker.loops {
                let client = try broker.client("A.u", options: ",\"name\":\"c\(number)\"")
                for listener in listeners {
                    let event = try hear(listener, "$SYS.ACCOUNT.\(account).CONNECT", "\"name\":\"c\(number)\"")
                    #expect(event.contains("\"acc\":\"\(account)\"") && event.contains("\"name_tag\":\"A\""))
                    #expect(!event.contains("eyJ"))
                }
                try client.publish("x", "12345")
                try client.flush()
                client.end()
                for listener in listeners {
                    let event = try hear(listener, "$SYS.ACCOUNT.\(account).DISCONNECT", "\"name\":\"c\(number)\"")
                    #expect(event.contains("\"sent\":{\"msgs\":1,\"bytes\":5},\"received\":{\"msgs\":0,\"bytes\":0}"))
                    #expect(event.hasSuffix("\"reason\":\"Client Closed\"}"))
                    _ = try hear(listener, "$SYS.ACCOUNT.\(account).SERVER.CONNS", "\"conns\":0,")
                }
            }
        }
    }

    @Test func otherAccountsHearNothing() async throws {
        try await TestBroker.run(realm()) { broker in
            let eavesdroppers = try (0..<TestBroker.loops).map { _ in try broker.client("B.u") }
            for eavesdropper in eavesdroppers {
                try eavesdropper.send("SUB > 1\r\nSUB $SYS.> 2\r\n")
                try eavesdropper.flush()
            }
            for _ in 0..<TestBroker.loops { try broker.client("A.u").end() }
            #expect(throws: TestClient.Ended.self) { try broker.client(connect: "\"user\":\"x\"") }
            for eavesdropper in eavesdroppers {
                try eavesdropper.flush()
                #expect(eavesdropper.messages.isEmpty)
            }
        }
    }

    @Test func ordersReachConnectionsOnEveryLoop() async throws {
        let realm = try realm()
        try await TestBroker.run(realm) { broker in
            let admin = try broker.client("SYS.admin")
            try admin.send("SUB answers 1\r\n")
            let clients = try (0..<TestBroker.loops).map { _ in try broker.client("A.u", options: ",\"protocol\":1") }
            for (number, client) in clients.enumerated() {
                // Connections are numbered in the order in which they come; the administrator's is the first.
                let order = "{\"cid\":\(number + 2)}"
                try admin.publish("$SYS.REQ.SERVER.\(broker.server.id).LDM", order, reply: "answers")
                #expect(!(try hear(admin, "answers").contains("error")))
                try client.flush()
                #expect(client.information.contains { $0.contains("\"ldm\":true") })
                try admin.publish("$SYS.REQ.SERVER.\(broker.server.id).KICK", order, reply: "answers")
                #expect(!(try hear(admin, "answers").contains("error")))
                #expect(throws: TestClient.Ended.self) { while true { try client.flush() } }
            }
            try admin.publish("$SYS.REQ.SERVER.\(broker.server.id).RELOAD", "", reply: "answers")
            #expect(try hear(admin, "answers").contains("\"error\":{\"code\":500"))
            broker.server.whenReloadIsOrdered {}
            try admin.publish("$SYS.REQ.SERVER.\(broker.server.id).RELOAD", "", reply: "answers")
            #expect(!(try hear(admin, "answers").contains("error")))
        }
    }

    @Test func aListenerThatDoesNotReadIsCutAndNobodyElseSuffers() async throws {
        let realm = try realm()
        try await TestBroker.run(realm, change: { $0.maximumPending = 64 << 10 }) { broker in
            let listener = try broker.client("SYS.admin")
            try listener.send("SUB $SYS.> 1\r\n")
            try listener.flush()
            for _ in 0..<400 {
                let stranger = try TestClient(port: broker.server.address.port ?? 0)
                try stranger.send(
                    "CONNECT {\"user\":\"x\",\"pass\":\"y\",\"name\":\"\(String(repeating: "n", count: 3000))\"}\r\n")
                #expect(throws: TestClient.Ended.self) { while true { _ = try stranger.flush() } }
                stranger.end()
            }
            let client = try broker.client("A.u")
            try client.flush()
        }
    }

    @Test func whatASystemAccountOffersByItself() throws {
        #expect(SystemExports.added(to: []).map(\.subject).contains("$SYS.REQ.ACCOUNT.*.CONNZ"))
        let declared = Export(subject: "$SYS.REQ.ACCOUNT.>", type: .service)
        #expect(!SystemExports.added(to: [declared]).map(\.subject).contains("$SYS.REQ.ACCOUNT.*.CONNZ"))
        #expect(SystemExports.added(to: [declared]).map(\.subject).contains("$SYS.REQ.USER.*.INFO"))
        // A stream that is exported is no service.
        #expect(
            SystemExports.added(to: [Export(subject: ">", type: .stream)]).count == SystemExports.added(to: []).count)
    }
}
