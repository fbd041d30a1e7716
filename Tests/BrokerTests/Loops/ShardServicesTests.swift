import Claims
import Testing

@testable import Broker

/// Imports between accounts whose clients are served by different event loops.
@Suite(.serialized) struct ShardServicesTests {
    private func realm() throws -> TestRealm {
        var realm = try TestRealm()
        for name in ["E.user", "I.user", "J.user"] { try realm.add(name) }
        realm.change("E") {
            var streamed = Export(subject: "many", type: .service)
            streamed.responseType = .stream
            $0.exports = [Export(subject: "ask.*", type: .service), streamed, Export(subject: "feed.>", type: .stream)]
        }
        let exporter = realm.key("E")
        realm.change("I") {
            $0.imports = [
                Import(subject: "ask.*", account: exporter, localSubject: "q.$1", type: .service),
                Import(subject: "many", account: exporter, type: .service),
                Import(subject: "feed.>", account: exporter, localSubject: "in.>", type: .stream),
            ]
        }
        realm.change("J") { $0.imports = [Import(subject: "feed.>", account: exporter, type: .stream)] }
        return realm
    }

    /// Every pair of loops: the request goes out on the requester's, the answer comes in on the responder's.
    @Test func answersFindTheirWayBack() async throws {
        try await TestBroker.run(realm()) { broker in
            let workers = try (0..<3).map { _ in try broker.client("E.user") }
            for (index, worker) in workers.enumerated() {
                try worker.send("SUB ask.\(index) 1\r\n")
                try worker.flush()
            }
            let clients = try (0..<3).map { _ in try broker.client("I.user") }
            for (number, client) in clients.enumerated() {
                try client.send("SUB inbox.\(number).* 1\r\n")
                for index in workers.indices {
                    try client.publish("q.\(index)", "?", reply: "inbox.\(number).\(index)")
                }
                try client.flush()
            }
            for (index, worker) in workers.enumerated() {
                let replies = try worker.flush().compactMap(\.reply)
                #expect(replies.count == 3 && replies.allSatisfy { $0.hasPrefix("_R_.") })
                for reply in replies {
                    try worker.publish(reply, "answer \(index)")
                    // A second answer has no way back.
                    try worker.publish(reply, "late")
                }
                try worker.flush()
            }
            for client in clients {
                #expect(try client.bodies().sorted() == ["answer 0", "answer 1", "answer 2"])
            }
        }
    }

    @Test func manyAnswersComeBackUntilTheEmptyOne() async throws {
        try await TestBroker.run(realm()) { broker in
            let worker = try broker.client("E.user")
            try worker.send("SUB many 1\r\n")
            try worker.flush()
            for _ in 0..<3 {
                let client = try broker.client("I.user")
                try client.send("SUB inbox 1\r\n")
                try client.publish("many", "?", reply: "inbox")
                try client.flush()
                let replies = try worker.flush().compactMap(\.reply)
                for body in ["1", "2", "3", "", "4"] { try worker.publish(replies[0], body) }
                try worker.flush()
                #expect(try client.bodies() == ["1", "2", "3", ""])
            }
        }
    }

    @Test func nobodyElseCanAnswer() async throws {
        try await TestBroker.run(realm()) { broker in
            let worker = try broker.client("E.user")
            try worker.send("SUB ask.0 1\r\n")
            try worker.flush()
            let client = try broker.client("I.user")
            try client.send("SUB inbox 1\r\n")
            try client.publish("q.0", "?", reply: "inbox")
            try client.flush()
            let reply = try #require(try worker.flush().first?.reply)
            for user in ["I.user", "J.user", "SYS.admin", "I.user", "J.user", "SYS.admin"] {
                let stranger = try broker.client(user)
                try stranger.publish(reply, "forged")
                for letter in "0123456789zZ" {
                    var guess = Array(reply)
                    guess[4] = letter
                    try stranger.publish(String(guess), "forged")
                }
                try stranger.flush()
            }
            try worker.publish(reply, "real")
            try worker.flush()
            #expect(try client.bodies() == ["real"])
        }
    }

    /// A stream import under another name, plainly and in groups, from publishers on all loops.
    @Test func streamsArriveUnderTheirLocalSubjects() async throws {
        try await TestBroker.run(realm()) { broker in
            let readers = try (0..<3).map { _ in try broker.client("I.user") }
            for reader in readers {
                try reader.send("SUB in.* 1\r\nSUB in.> g 2\r\n")
                try reader.flush()
            }
            let plain = try broker.client("J.user")
            try plain.send("SUB feed.* 1\r\n")
            try plain.flush()
            let publishers = try (0..<3).map { _ in try broker.client("E.user") }
            for publisher in publishers {
                for number in 0..<60 { try publisher.publish("feed.\(number)", "\(number)") }
                try publisher.flush()
            }
            let expected = Array(0..<60).flatMap { [$0, $0, $0] }
            #expect(try plain.bodies().compactMap { Int($0) }.sorted() == expected)
            var shared: [Int] = []
            for reader in readers {
                var own: [Int] = []
                for case .message(let subject, let id, _, let body) in try reader.flush() {
                    #expect(subject == "in." + body)
                    if id == "1" { own.append(Int(body) ?? -1) } else { shared.append(Int(body) ?? -1) }
                }
                #expect(own.sorted() == expected)
            }
            #expect(shared.sorted() == expected)
        }
    }

    @Test func nobodyServesOnAnyLoop() async throws {
        try await TestBroker.run(realm()) { broker in
            for _ in 0..<3 {
                let client = try broker.client("I.user", options: ",\"no_responders\":true")
                try client.send("SUB inbox 1\r\n")
                try client.publish("q.1", "?", reply: "inbox")
                #expect(try client.bodies().count == 1)
            }
        }
    }
}
