import Authorization
import Claims
import Testing

@testable import Broker

/// What clients may rely on although they are served by different event loops. Each test opens its clients in turn, so
/// that they are spread over all loops.
@Suite(.serialized) struct ShardsTests {
    private func realm() throws -> TestRealm {
        var realm = try TestRealm()
        try realm.add("A.user")
        return realm
    }

    /// Receivers on every loop get every message of every publisher, once and in its publisher's order.
    @Test func nothingIsLostDoubledOrReordered() async throws {
        try await TestBroker.run(realm()) { broker in
            let receivers = try (0..<5).map { _ in try broker.client("A.user") }
            for receiver in receivers {
                try receiver.send("SUB o.* 1\r\nSUB o.1 2\r\n")
                try receiver.flush()
            }
            let publishers = try (0..<4).map { _ in try broker.client("A.user") }
            let count = 500
            for number in 0..<count {
                for (index, publisher) in publishers.enumerated() {
                    try publisher.publish("o.\(index)", "\(index).\(number)")
                }
            }
            for publisher in publishers { try publisher.flush() }
            for receiver in receivers {
                let frames = try receiver.flush()
                for index in publishers.indices {
                    let expected = (0..<count).map { "\(index).\($0)" }
                    for id in index == 1 ? ["1", "2"] : ["1"] {
                        let got = frames.compactMap { frame -> String? in
                            guard case .message("o.\(index)", id, nil, let body) = frame else { return nil }
                            return body
                        }
                        #expect(got == expected)
                    }
                }
                #expect(frames.count == count * 5)
            }
        }
    }

    /// Whoever has the PONG behind a SUB gets what anybody publishes from then on, on whatever loop; and whoever has the
    /// PONG behind an UNSUB gets nothing more.
    @Test func aPongMeansThatInterestIsInForceEverywhere() async throws {
        try await TestBroker.run(realm()) { broker in
            let clients = try (0..<6).map { _ in try broker.client("A.user") }
            for round in 0..<60 {
                let (receiver, publisher) = (clients[round % 6], clients[(round * 5 + 1) % 6])
                try receiver.send("SUB in.\(round) \(round)\r\n")
                try receiver.flush()
                try publisher.publish("in.\(round)", "first")
                try publisher.flush()
                // The message was published before this is sent, so it comes although its loop is another.
                try receiver.send("UNSUB \(round)\r\n")
                #expect(try receiver.bodies() == ["first"])
                try publisher.publish("in.\(round)", "second")
                try publisher.flush()
                #expect(try receiver.bodies().isEmpty)
            }
        }
    }

    @Test func anUnsubscriptionWithANumberCountsWhatComesFromAllLoops() async throws {
        try await TestBroker.run(realm()) { broker in
            let receiver = try broker.client("A.user")
            let publishers = try (0..<3).map { _ in try broker.client("A.user") }
            try receiver.send("SUB n 1\r\nUNSUB 1 7\r\nSUB n 2\r\n")
            try receiver.flush()
            for number in 0..<10 {
                for publisher in publishers { try publisher.publish("n", "\(number)") }
            }
            for publisher in publishers { try publisher.flush() }
            let frames = try receiver.flush()
            let counted = frames.filter { if case .message(_, "1", _, _) = $0 { true } else { false } }
            #expect(counted.count == 7 && frames.count == 7 + 30)
            // The number is free again.
            try receiver.send("SUB m 1\r\n")
            try receiver.flush()
            try publishers[1].publish("m", "again")
            try publishers[1].flush()
            #expect(try receiver.bodies() == ["again"])
        }
    }

    @Test func aNumberThatIsTakenKeepsItsFirstSubscriptionOnAllLoops() async throws {
        try await TestBroker.run(realm()) { broker in
            let receiver = try broker.client("A.user")
            try receiver.send("SUB d.1 1\r\nSUB d.2 1\r\n")
            try receiver.flush()
            for _ in 0..<3 {
                let publisher = try broker.client("A.user")
                try publisher.publish("d.1", "one")
                try publisher.publish("d.2", "two")
                try publisher.flush()
            }
            #expect(try receiver.bodies() == ["one", "one", "one"])
        }
    }

    /// Signing in anew drops everything on all loops.
    @Test func aSecondConnectLeavesNothingBehind() async throws {
        var realm = try realm()
        try realm.add("B.user")
        try await TestBroker.run(realm) { broker in
            let receiver = try broker.client("A.user")
            try receiver.send("SUB s 1\r\n")
            try receiver.flush()
            let publishers = try (0..<3).map { _ in try broker.client("A.user") }
            try receiver.send("CONNECT {\"verbose\":false,\"jwt\":\"\(broker.realm.token("B.user"))\"}\r\n")
            try receiver.flush()
            for publisher in publishers {
                try publisher.publish("s", "for A")
                try publisher.flush()
            }
            #expect(try receiver.bodies().isEmpty)
            let other = try broker.client("B.user")
            try receiver.send("SUB s 1\r\n")
            try receiver.flush()
            try other.publish("s", "for B")
            try other.flush()
            #expect(try receiver.bodies() == ["for B"])
        }
    }

    // MARK: Queue groups

    @Test func oneMemberOfAGroupGetsEachMessageEvenlyOnAllLoops() async throws {
        try await TestBroker.run(realm()) { broker in
            let members = try (0..<6).map { _ in try broker.client("A.user") }
            for member in members {
                try member.send("SUB q g 1\r\n")
                try member.flush()
            }
            let publisher = try broker.client("A.user")
            let count = 1200
            for number in 0..<count { try publisher.publish("q", "\(number)") }
            try publisher.flush()
            let got = try members.map { try $0.bodies().compactMap { Int($0) } }
            #expect(got.flatMap(\.self).sorted() == Array(0..<count))
            // Each expects 200. A fair choice leaves this range less than once in a billion runs.
            for share in got { #expect((110...300).contains(share.count) && share == share.sorted()) }
        }
    }

    /// Members leave by UNSUB while messages for them are on their way: another member gets those.
    @Test func aMemberThatUnsubscribesLosesItsGroupNothing() async throws {
        try await TestBroker.run(realm()) { broker in
            let steady = try broker.client("A.user")
            try steady.send("SUB q g 1\r\n")
            try steady.flush()
            let leaving = try (0..<4).map { _ in try broker.client("A.user") }
            let publishers = try (0..<3).map { _ in try broker.client("A.user") }
            let count = 400
            for member in leaving {
                try member.send("SUB q g 1\r\nUNSUB 1 60\r\nSUB q g 2\r\n")
                try member.flush()
            }
            for number in 0..<count {
                for (index, publisher) in publishers.enumerated() {
                    try publisher.publish("q", "\(index * count + number)")
                }
                if number % 100 == 50 { try leaving[number / 100].send("UNSUB 2\r\nUNSUB 1\r\n") }
            }
            for publisher in publishers { try publisher.flush() }
            // Once more: what one member's loop passed on may have gone to one that was asked before.
            for member in leaving + [steady] + leaving { try member.flush() }
            let got = (leaving + [steady]).flatMap { $0.messages.compactMap { Int($0.body ?? "") } }
            #expect(got.sorted() == Array(0..<publishers.count * count))
        }
    }

    /// A member who may not have a message leaves it to another, wherever both are.
    @Test func aMemberWhoMayNotHaveAMessageLeavesItToAnother() async throws {
        var realm = try realm()
        try realm.add(
            "A.limited", Permissions(publish: Permission(), subscribe: Permission(allow: [], deny: ["j.secret"])))
        try await TestBroker.run(realm) { broker in
            let limited = try (0..<3).map { _ in try broker.client("A.limited") }
            let free = try broker.client("A.user")
            for member in limited + [free] {
                try member.send("SUB j.* g 1\r\n")
                try member.flush()
            }
            let publishers = try (0..<3).map { _ in try broker.client("A.user") }
            for publisher in publishers {
                for _ in 0..<40 { try publisher.publish("j.secret", "secret") }
                try publisher.flush()
            }
            #expect(try free.bodies().count == 120)
            for member in limited { #expect(try member.bodies().isEmpty) }
            #expect(broker.sink.count(.deliver, true) == 0 && broker.sink.count(.deliver, false) > 0)
        }
    }

    // MARK: Requests

    @Test func aRequestWithoutRespondersIsAnsweredOnAnyLoop() async throws {
        try await TestBroker.run(realm()) { broker in
            let clients = try (0..<3).map { _ in try broker.client("A.user", options: ",\"no_responders\":true") }
            let responder = try broker.client("A.user")
            try responder.send("SUB ask 1\r\n")
            try responder.flush()
            for client in clients {
                try client.send("SUB inbox 1\r\n")
                try client.publish("nobody", "?", reply: "inbox")
                try client.publish("ask", "?", reply: "inbox")
                #expect(try client.bodies().count == 1)
            }
            try responder.send("UNSUB 1\r\n")
            #expect(try responder.bodies() == ["?", "?", "?"])
            for client in clients {
                try client.publish("ask", "?", reply: "inbox")
                #expect(try client.bodies().count == 1)
            }
        }
    }

    /// Answers that only delivered requests allow, between all pairs of loops.
    @Test func answersAreCountedWhereTheRequestWasDelivered() async throws {
        var realm = try realm()
        try realm.add(
            "A.worker",
            Permissions(
                publish: Permission(), subscribe: Permission(allow: ["ask"]),
                response: ResponsePermission(maxMessages: 1, expires: 0)))
        try await TestBroker.run(realm) { broker in
            let clients = try (0..<3).map { _ in try broker.client("A.user") }
            let workers = try (0..<3).map { _ in try broker.client("A.worker") }
            for (index, client) in clients.enumerated() {
                try client.send("SUB inbox.\(index) 1\r\n")
                try client.flush()
            }
            for worker in workers {
                try worker.send("SUB ask 1\r\n")
                try worker.flush()
            }
            for (index, client) in clients.enumerated() {
                try client.publish("ask", "?", reply: "inbox.\(index)")
                try client.flush()
            }
            for worker in workers {
                for reply in try worker.flush().compactMap(\.reply) {
                    try worker.publish(reply, "first")
                    try worker.publish(reply, "second")
                }
                let refusals = try worker.flush().filter { $0.body == nil }
                #expect(refusals.count == 3)
            }
            for client in clients { #expect(try client.bodies() == ["first", "first", "first"]) }
        }
    }

    // MARK: Large and fast

    /// Payloads that are shared instead of copied, with and without headers, to receivers here and there.
    @Test func largePayloadsArriveWhole() async throws {
        try await TestBroker.run(realm()) { broker in
            let receivers = try (0..<4).map { _ in try broker.client("A.user") }
            for receiver in receivers {
                try receiver.send("SUB big.> 1\r\n")
                try receiver.flush()
            }
            let publisher = try broker.client("A.user")
            var sent: [String] = []
            for (index, size) in [100_000, 16_384, 70_000, 40_000, 1_000_000, 3, 65_536].enumerated() {
                let body = String(repeating: "\(index)", count: size)
                sent.append(body)
                if index % 2 == 0 {
                    try publisher.publish("big.\(index)", body)
                } else {
                    let block = "NATS/1.0\r\nK: v\r\n\r\n"
                    try publisher.send(
                        "HPUB big.\(index) r.\(index) \(block.utf8.count) \(block.utf8.count + size)\r\n\(block)\(body)\r\n"
                    )
                }
            }
            try publisher.flush()
            for receiver in receivers { #expect(try receiver.bodies() == sent) }
        }
    }

    /// A publisher that is faster than other loops deliver waits for them, and nothing is lost.
    @Test func aFastPublisherWaitsForOtherLoops() async throws {
        try await TestBroker.run(realm(), change: { $0.maximumPending = 1 << 30 }) { broker in
            let receiver = try broker.client("A.user")
            try receiver.send("SUB f 1\r\n")
            try receiver.flush()
            let publishers = try (0..<3).map { _ in try broker.client("A.user") }
            let body = String(repeating: "x", count: 30_000)
            let batch = String(repeating: "PUB f \(body.utf8.count)\r\n\(body)\r\n", count: 100)
            for _ in 0..<5 {
                for publisher in publishers { try publisher.send(batch) }
            }
            for publisher in publishers { try publisher.flush() }
            #expect(try receiver.bodies().count == 1500)
        }
    }

    /// Who does not read is cut off when too much waits, whichever loop publishes; the others get everything.
    @Test func whoDoesNotReadIsCutOff() async throws {
        try await TestBroker.run(realm(), change: { $0.maximumPending = 1 << 20 }) { broker in
            let clients = try (0..<6).map { _ in try broker.client("A.user") }
            let (sluggish, steady, publisher) = (clients[0], clients[1], clients[2])
            for client in [sluggish, steady] {
                try client.send("SUB w 1\r\n")
                try client.flush()
            }
            let body = String(repeating: "x", count: 10_000)
            for _ in 0..<100 {
                for _ in 0..<20 { try publisher.publish("w", body) }
                try publisher.flush()
                try steady.flush()
            }
            #expect(steady.messages.count == 2000)
            #expect(throws: TestClient.Ended.self) { try sluggish.flush() }
            #expect(sluggish.messages.count < 2000)
        }
    }
}
