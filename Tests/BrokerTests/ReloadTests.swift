import Authorization
import Claims
import Glibc
import NIOCore
import NKeys
import Testing

@testable import Broker

/// Another configuration while the broker runs: in force on every event loop when the reload returns.
@Suite(.serialized) struct ReloadTests {
    /// Clients of one user, on every loop.
    private func clients(
        _ broker: TestBroker, _ user: String, _ password: String = "p", subscribing subject: String = "> 1",
        count: Int = TestBroker.loops
    ) throws -> [TestClient] {
        try (0..<count).map { _ in
            let client = try broker.client(connect: "\"user\":\"\(user)\",\"pass\":\"\(password)\"")
            try client.send("SUB \(subject)\r\n")
            try client.flush()
            return client
        }
    }

    /// The last words of a connection that was cut; nil for none. Fails for one that goes on.
    private func lastWords(_ client: TestClient) -> String? {
        var last: String?
        do {
            while true {
                if case .other(let line) = try client.frame() { last = line }
                try client.send("PING\r\n")
                if last == "PONG" {
                    Issue.record("still there")
                    return nil
                }
            }
        } catch { return last }
    }

    private func users(_ users: String) -> String { "authorization { users: [\(users)] }" }

    @Test func narrowedPermissionsTakeWhatIsNoLongerAllowed() async throws {
        try await TestBroker.run(configuration: users("{user: a, password: p}, {user: b, password: p}")) { broker in
            let (narrowed, others) = (try clients(broker, "a", subscribing: "x.* 1"), try clients(broker, "b"))
            for client in narrowed { try client.send("SUB y 2\r\n") }
            for client in narrowed { try client.flush() }
            let cut = try await broker.reload(
                users(
                    "{user: a, password: p, permissions: {publish: y, subscribe: {allow: [\"x.>\"], deny: [x.z]}}}, "
                        + "{user: b, password: p}"))
            #expect(cut == 0)
            try others[0].publish("x.z", "denied")
            try others[0].publish("x.a", "allowed")
            try others[0].publish("y", "gone")
            #expect(try others[0].bodies() == ["denied", "allowed", "gone"])
            for client in narrowed {
                let frames = try client.flush()
                #expect(
                    frames == [
                        .other("-ERR 'Permissions Violation for Subscription to \"y\" (sid \"2\")'"),
                        .message(subject: "x.a", id: "1", reply: nil, body: "allowed"),
                    ])
                try client.publish("x.a", "no")
                #expect(try client.flush() == [.other("-ERR 'Permissions Violation for Publish to \"x.a\"'")])
            }
            for client in others.dropFirst() { #expect(try client.bodies() == ["denied", "allowed", "gone"]) }
        }
    }

    @Test func changedPasswordsCutWhoUsedTheOldOnes() async throws {
        let before = users("{user: a, password: p}, {user: b, password: p}, {user: c, password: p}")
        try await TestBroker.run(configuration: before) { broker in
            let (changed, kept, gone) = (
                try clients(broker, "a"), try clients(broker, "b"), try clients(broker, "c")
            )
            let cut = try await broker.reload(users("{user: a, password: q}, {user: b, password: p}"))
            #expect(cut == changed.count + gone.count)
            for client in changed { #expect(lastWords(client) == "-ERR 'Authorization Violation'") }
            for client in gone { #expect(lastWords(client) == nil) }
            for client in kept { #expect(try client.flush().isEmpty) }
            #expect(throws: TestClient.Ended.self) { try clients(broker, "a") }
            _ = try clients(broker, "a", "q")
        }
    }

    @Test func whoSignsInMeanwhileIsJudgedByWhatIsInForceThen() async throws {
        try await TestBroker.run(configuration: users("{user: a, password: p}")) { broker in
            for round in 1...10 {
                let (old, new) = (round == 1 ? "p" : "p\(round - 1)", "p\(round)")
                let early = try (0..<12).map { _ in try TestClient(port: broker.server.address.port ?? 0) }
                for client in early {
                    try client.send("CONNECT {\"verbose\":false,\"user\":\"a\",\"pass\":\"\(old)\"}\r\n")
                }
                _ = try await broker.reload(users("{user: a, password: \(new)}"))
                for client in early { #expect(lastWords(client) == "-ERR 'Authorization Violation'") }
                _ = try clients(broker, "a", new, count: 1)
            }
        }
    }

    @Test func usersThatMoveAreCutAndAccountsComeAndGo() async throws {
        try await TestBroker.run(
            configuration: """
                accounts {
                  A { users: [{user: a, password: p}, {user: m, password: p}] }
                  B { users: [{user: b, password: p}] }
                }
                """
        ) { broker in
            let (moved, removed, kept) = (
                try clients(broker, "m"), try clients(broker, "b"), try clients(broker, "a")
            )
            let cut = try await broker.reload(
                """
                accounts {
                  A { users: [{user: a, password: p}] }
                  C { users: [{user: m, password: p}] }
                }
                """)
            #expect(cut == moved.count + removed.count)
            for client in moved + removed { #expect(lastWords(client) == nil) }
            let back = try clients(broker, "m")
            try back[0].publish("x", "C")
            #expect(try back[0].bodies() == ["C"])
            for client in back.dropFirst() { #expect(try client.bodies() == ["C"]) }
            for client in kept { #expect(try client.bodies().isEmpty) }
        }
    }

    @Test func importsComeAndGoForWhoIsSubscribed() async throws {
        func text(_ isImported: Bool) -> String {
            let imports = "imports: [{stream: {account: A, subject: \"s.>\"}}, {service: {account: A, subject: q}}]"
            return """
                accounts {
                  A { users: [{user: a, password: p}], exports: [{stream: "s.>"}, {service: q}] }
                  B {
                    users: [{user: b, password: p}]
                    \(isImported ? imports : "")
                  }
                }
                """
        }
        try await TestBroker.run(configuration: text(true)) { broker in
            let readers = try clients(broker, "b", subscribing: "s.> 1")
            let publisher = try clients(broker, "a", subscribing: "q 1", count: 1)[0]
            for round in 0..<10 {
                let isImported = round % 2 == 1
                _ = try await broker.reload(text(isImported))
                try publisher.publish("s.x", "\(round)")
                try publisher.flush()
                for reader in readers {
                    #expect(try reader.bodies() == (isImported ? ["\(round)"] : []))
                    try reader.publish("q", "?", reply: "answer")
                    try reader.flush()
                }
                #expect(try publisher.bodies().count == (isImported ? readers.count : 0))
            }
        }
    }

    @Test func theNewestAboveALowerLimitAreCut() async throws {
        func text(_ limit: Int) -> String {
            "accounts { A { users: [{user: a, password: p}], limits { max_connections: \(limit) } } }"
        }
        try await TestBroker.run(configuration: text(-1)) { broker in
            let all = try clients(broker, "a", count: 6)
            #expect(try await broker.reload(text(4)) == 2)
            for client in all.suffix(2) {
                #expect(lastWords(client) == "-ERR 'maximum account active connections exceeded'")
            }
            for client in all.prefix(4) { #expect(try client.flush().isEmpty) }
            #expect(throws: TestClient.Ended.self) { try clients(broker, "a", count: 1) }
        }
    }

    @Test func whatIsFixedChangesNothing() async throws {
        let text = users("{user: a, password: p}")
        try await TestBroker.run(configuration: text) { broker in
            let client = try clients(broker, "a", count: 1)[0]
            for other in ["", "server_name: x", "system_account: S\naccounts { S {} }", "no_system_account: true"] {
                await #expect(throws: BrokerStartError.self, "\(other)") {
                    try await broker.reload(other + "\nauthorization { user: b }", port: other.isEmpty ? 1 : 0)
                }
            }
            var operated = try TestRealm().configuration()
            operated.host = "127.0.0.1"
            operated.port = 0
            await #expect(throws: BrokerStartError.self) { try await broker.server.reload(operated) }
            #expect(try client.flush().isEmpty)
            _ = try clients(broker, "a", count: 1)
        }
    }

    // MARK: Operators

    private func reload(_ broker: TestBroker, _ realm: TestRealm, _ accounts: [String: String]) async throws -> Int {
        var configuration = try realm.configuration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        configuration.preloadedAccounts = accounts.sorted { $0.key < $1.key }
            .map { .init(account: realm.key($0.key), jwt: $0.value) }
        return try await broker.server.reload(configuration)
    }

    @Test func accountsComeIntoThePreloadAndGoOutOfIt() async throws {
        var realm = try TestRealm()
        for name in ["A.user", "B.user", "C.user"] { try realm.add(name) }
        let (key, whole) = (realm.key("C"), realm)
        try await TestBroker.run(whole, change: { $0.preloadedAccounts.removeAll { $0.account == key } }) { broker in
            let (kept, gone) = (try broker.client("A.user"), try broker.client("B.user"))
            #expect(throws: TestClient.Ended.self) { try broker.client("C.user").flush() }
            let past = Int64(time(nil)) - 5
            let tokens = try ["SYS", "A", "C"].map { ($0, try whole.accountToken($0, at: past)) }
            #expect(try await reload(broker, whole, Dictionary(uniqueKeysWithValues: tokens)) == 1)
            #expect(lastWords(gone) == "-ERR 'Authorization Violation'")
            #expect(try kept.flush().isEmpty)
            _ = try broker.client("C.user").flush()
            #expect(throws: TestClient.Ended.self) { try broker.client("B.user").flush() }
        }
    }

    @Test("S14: a reload rolls nothing back") func olderClaims() async throws {
        var realm = try TestRealm()
        try realm.add("A.user")
        let now = Int64(time(nil))
        let old = try ["SYS", "A"].map { ($0, try realm.accountToken($0, at: now - 10)) }
        let user = try UserClaims.decode(realm.token("A.user")).subject
        try await TestBroker.run(realm) { broker in
            realm.change("A") { $0.revocations.revoke(user, at: now + 5) }
            let admin = try broker.client("SYS.admin")
            try admin.send("SUB answer 9\r\n")
            try admin.publish("$SYS.REQ.CLAIMS.UPDATE", try realm.accountToken("A"), reply: "answer")
            #expect(try admin.frame().body?.contains("\"code\":200") == true)
            #expect(throws: TestClient.Ended.self) { try broker.client("A.user").flush() }
            _ = try await reload(broker, realm, Dictionary(uniqueKeysWithValues: old))
            #expect(throws: TestClient.Ended.self) { try broker.client("A.user").flush() }
        }
    }

    @Test func accountsArePinned() async throws {
        var realm = try TestRealm()
        for name in ["A.user", "B.user"] { try realm.add(name) }
        let pinned = realm
        try await TestBroker.run(pinned) { broker in
            let (kept, gone) = (try broker.client("A.user"), try broker.client("B.user"))
            var configuration = try pinned.configuration()
            configuration.host = "127.0.0.1"
            configuration.port = 0
            configuration.pinnedAccounts = [pinned.key("A")]
            #expect(try await broker.server.reload(configuration) == 1)
            #expect(lastWords(gone) == "-ERR 'Authorization Violation'")
            #expect(try kept.flush().isEmpty)
            #expect(throws: TestClient.Ended.self) { try broker.client("B.user").flush() }
            _ = try broker.client("SYS.admin").flush()
        }
    }

    @Test func whoCameInAsTheSentinelGoesWithIt() async throws {
        var realm = try TestRealm()
        for name in ["A.user", "A.sentinel"] { try realm.add(name) }
        let (sentinel, fixed) = (realm.token("A.sentinel"), realm)
        try await TestBroker.run(fixed, change: { $0.defaultSentinel = sentinel }) { broker in
            let (nobody, bearer) = (try broker.client(connect: "\"name\":\"n\""), try broker.client("A.sentinel"))
            var configuration = try fixed.configuration()
            configuration.host = "127.0.0.1"
            configuration.port = 0
            #expect(try await broker.server.reload(configuration) == 1)
            #expect(lastWords(nobody) == "-ERR 'Authorization Violation'")
            #expect(try bearer.flush().isEmpty)
        }
    }
}
