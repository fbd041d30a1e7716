import Authorization
import Claims
import Testing

@testable import Broker

/// What a configuration's users and accounts come to, and who is let in by them.
@Suite struct ConfigurationModeTests {
    private func mode(_ text: String) throws -> BrokerMode {
        try BrokerMode(BrokerConfigurationTests.read(text).configuration)
    }

    private func names(_ mode: BrokerMode) -> [String] { mode.accounts.map(\.identity.text) }

    @Test func nothingIsOpen() throws {
        let mode = try mode("")
        let facts = ConnectionFacts(address: nil, nonce: [])
        #expect(mode.trust.isOpen(.standard) && !mode.trust.asksForSignatures)
        #expect(!mode.trust.asksForCredentials(facts, isSignedIn: false))
        #expect(names(mode) == ["$G", "$SYS"] && mode.trust.systemAccount == .name("$SYS") && mode.warnings.isEmpty)
    }

    @Test func aBlockAloneIsOpenAndAnEmptyListIsNot() throws {
        #expect(try mode("authorization { timeout: 1 }").trust.isOpen(.standard))
        #expect(try !mode("authorization { users: [] }").trust.isOpen(.standard))
    }

    @Test func aTokenForWebSocketsAloneIsAskedForThereAlone() throws {
        let trust = try mode("websocket { port: 1, no_tls: true, authorization { token: t } }").trust
        #expect(trust.isOpen(.standard) && !trust.isOpen(.webSocket))
        for (type, asks) in [(ConnectionType.standard, false), (.webSocket, true)] {
            let facts = ConnectionFacts(type: type, address: nil, nonce: [])
            #expect(trust.asksForCredentials(facts, isSignedIn: false) == asks)
            #expect(!trust.asksForCredentials(facts, isSignedIn: true))
            #expect(trust.admitsUnannounced(facts) == !asks)
        }
        let beside = try mode(
            "authorization { user: u, password: p }\nwebsocket { port: 1, no_tls: true, authorization { token: t } }"
        ).trust
        #expect(beside.webSocketUsers?.single == nil && beside.webSocketUsers?.sharedToken != nil)
        #expect(beside.local.single?.name == "u" && beside.local.sharedToken == nil)
    }

    @Test func systemAccounts() throws {
        #expect(try mode("no_system_account: true").trust.systemAccount == nil)
        #expect(try names(mode("no_system_account: true")) == ["$G"])
        let named = try mode("system_account: S\naccounts { S {}, A {} }")
        #expect(named.trust.systemAccount == .name("S") && names(named) == ["$G", "S", "A"])
    }

    @Test func operatorsThingsWithoutAnOperatorAreRefused() {
        var preloaded = BrokerConfiguration()
        preloaded.preloadedAccounts = [.init(account: "A", jwt: "x")]
        #expect(throws: BrokerStartError.self) { try BrokerMode(preloaded) }
        var pinned = BrokerConfiguration()
        pinned.pinnedAccounts = []
        #expect(throws: BrokerStartError.self) { try BrokerMode(pinned) }
    }

    @Test(arguments: [
        ("authorization { user: a, password: b }", true),
        ("authorization { token: t }", true),
        ("accounts { A { users: [{user: a, password: b}] } }", true),
        (#"authorization { user: a, password: "$2a$04$abc" }"#, false),
    ])
    func passwordsInClearAreFound(_ text: String, _ areThere: Bool) throws {
        #expect(try BrokerConfigurationTests.read(text).configuration.hasPlainPasswords == areThere)
    }

    @Test func permissionsAsAJWTHasThem() throws {
        var configuration = PermissionsConfiguration()
        configuration.publish = .init(allow: ["a"], deny: ["b"])
        configuration.subscribe = .init(deny: ["c q"])
        var responses = PermissionsConfiguration.Responses()
        responses.maximumMessages = nil
        responses.lifetime = .seconds(3)
        configuration.responses = responses
        let permissions = Permissions(configuration)
        #expect(permissions.publish == Permission(allow: ["a"], deny: ["b"]))
        #expect(permissions.subscribe == Permission(deny: ["c q"]))
        #expect(permissions.response == ResponsePermission(maxMessages: -1, expires: 3_000_000_000))
        responses.lifetime = nil
        configuration.responses = responses
        #expect(Permissions(configuration).response?.expires == -1)
    }

    @Test func accountsAsAJWTHasThem() throws {
        let mode = try mode(
            """
            accounts {
              A {
                limits { max_connections: 3, max_subs: 4, max_payload: 5 }
                exports: [
                  { service: q, response_type: stream, response_threshold: "2s", accounts: [B] }
                  { service: m, latency: { sampling: 50, subject: lat } }
                ]
              }
              B {
                imports: [
                  { service: { account: A, subject: q }, to: here, share: true }
                ]
              }
            }
            """)
        guard case .configured(let a) = mode.accounts[1], case .configured(let b) = mode.accounts[2] else {
            Issue.record("not the configuration's")
            return
        }
        #expect(a.claims.limits.connections == 3 && a.claims.limits.subscriptions == 4 && a.claims.limits.payload == 5)
        let export = a.claims.exports[0]
        #expect(export.responseType == .stream && export.responseThreshold == 2_000_000_000)
        #expect(a.claims.exports[1].latency == ServiceLatency(sampling: 50, results: "lat"))
        let use = try #require(b.claims.imports.first)
        #expect(use.account == "A" && use.localSubject == "here" && use.share && use.type == .service)
        #expect(try ImportUse.grant(use, importer: "B", exporter: a) == export)
        #expect(throws: ImportRefusal.accountNotNamed) { try ImportUse.grant(use, importer: "C", exporter: a) }
    }

    // MARK: With a running broker

    @Test func usersOfAccountsMeetInTheirAccountAlone() async throws {
        let text = """
            accounts {
              A { users: [{user: a, password: p}, {user: b, password: p}], exports: [{stream: "s.>"}] }
              B { users: [{user: c, password: p}], imports: [{stream: {account: A, subject: "s.>"}, prefix: from.a}] }
              C { users: [{user: d, password: p}] }
            }
            """
        try await TestBroker.run(configuration: text) { broker in
            func client(_ name: String) throws -> TestClient {
                let client = try broker.client(connect: "\"user\":\"\(name)\",\"pass\":\"p\"")
                try client.send("SUB > 1\r\n")
                try client.flush()
                return client
            }
            let (a, b, c, d) = (try client("a"), try client("b"), try client("c"), try client("d"))
            try a.publish("s.x", "one")
            try a.publish("t.x", "two")
            try a.flush()
            #expect(try b.bodies() == ["one", "two"])
            #expect(try c.flush() == [.message(subject: "from.a.s.x", id: "1", reply: nil, body: "one")])
            #expect(try d.bodies().isEmpty)
        }
    }

    @Test func whoIsNotKnownStaysOutside() async throws {
        let text = """
            authorization { users: [{user: a, password: p}, {user: open}] }
            """
        try await TestBroker.run(configuration: text) { broker in
            _ = try broker.client(connect: #""user":"a","pass":"p""#)
            _ = try broker.client(connect: #""user":"open""#)
            for members in [
                #""user":"a","pass":"q""#, #""user":"a""#, #""user":"b","pass":"p""#, #""auth_token":"p""#,
                #""user":"""#,
                #""user":"open","pass":"x""#,
            ] {
                #expect(throws: TestClient.Ended.self, "\(members)") { try broker.client(connect: members) }
            }
            #expect(broker.sink.count(.connect, false) == 6 && broker.sink.count(.connect, true) == 2)
        }
    }

    @Test func aPasswordServesOneSignIn() async throws {
        try await TestBroker.run(configuration: "authorization { user: a, password: p }") { broker in
            let client = try broker.client(connect: #""user":"a","pass":"p""#)
            try client.send("CONNECT {\"pass\":\"p\"}\r\n")
            #expect(try client.flush().isEmpty)
            try client.send("CONNECT {}\r\n")
            #expect(throws: TestClient.Ended.self) {
                if case .other(let line)? = try client.flush().first { throw TestClient.Ended(description: line) }
            }
        }
    }
}
