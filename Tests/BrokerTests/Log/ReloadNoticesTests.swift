import Testing

@testable import Broker

@Suite("What the log says of a reload")
struct ReloadNoticesTests {
    @Test("nothing where nothing changed")
    func nothing() {
        #expect(ReloadNotices.lines(from: BrokerConfiguration(), to: BrokerConfiguration()) == [])
    }

    @Test("what changed, in nats-server's words and order")
    func changes() {
        var new = BrokerConfiguration()
        new.maximumPayload = 1024
        new.maximumConnections = 100
        new.pingInterval = .seconds(30)
        new.authorizationTimeout = .seconds(3)
        new.debug = true
        new.writeDeadline = .milliseconds(1500)
        #expect(
            ReloadNotices.lines(from: BrokerConfiguration(), to: new) == [
                "Reloaded: debug = true", "Reloaded: max_connections = 100", "Reloaded: ping_interval = 30s",
                "Reloaded: authorization timeout = 3", "Reloaded: max_payload = 1024",
                "Reloaded: write_deadline = 1.5s",
            ])
    }

    @Test("that TLS was read again, also where the configuration is the same")
    func certificates() {
        var settings = BrokerConfiguration()
        settings.tls = TLSConfiguration()
        #expect(ReloadNotices.lines(from: settings, to: settings) == ["Reloaded: tls = enabled"])
        #expect(ReloadNotices.lines(from: settings, to: BrokerConfiguration()).contains("Reloaded: tls = disabled"))
    }

    @Test("no password and no token")
    func secrets() {
        var new = BrokerConfiguration()
        new.authorization = AuthorizationConfiguration()
        new.authorization?.user = "geheim"
        new.authorization?.password = ConfigurationSecret("geheim")
        new.authorization?.token = ConfigurationSecret("geheim")
        new.defaultSentinel = "geheim"
        let lines = ReloadNotices.lines(from: BrokerConfiguration(), to: new)
        #expect(lines.count == 4 && !lines.contains { $0.contains("geheim") })
    }

    @Test(
        "durations as Go writes them",
        arguments: [
            (Duration.seconds(30), "30s"), (.seconds(120), "2m0s"), (.seconds(3600), "1h0m0s"),
            (.seconds(3725), "1h2m5s"),
            (.milliseconds(1500), "1.5s"), (.milliseconds(250), "250ms"), (.zero, "0s"),
            (.milliseconds(90_500), "1m30.5s"),
        ])
    func durations(duration: Duration, text: String) {
        #expect(ReloadNotices.text(duration) == text)
    }
}
