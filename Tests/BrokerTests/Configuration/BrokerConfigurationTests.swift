import Testing

@testable import Broker

@Suite struct BrokerConfigurationTests {
    static let account = "A" + String(repeating: "B", count: 55)
    static let token = "eyJ0eXAiOiJKV1QifQ.eyJuYW1lIjoiTyJ9.c2ln-_"
    static let decorated = "-----BEGIN NATS OPERATOR JWT-----\n\(token)\n------END NATS OPERATOR JWT------\n"

    private func read(_ text: String) throws -> (configuration: BrokerConfiguration, warnings: [ConfigurationProblem]) {
        try Self.read(text)
    }

    static func read(
        _ text: String
    ) throws -> (configuration: BrokerConfiguration, warnings: [ConfigurationProblem]) {
        let files = [
            "/etc/nats/op.jwt": Self.decorated, "bare.jwt": Self.token + "\n", "junk": "nothing",
            "cert.pem": "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
            "key.pem": "-----BEGIN EC PRIVATE KEY-----\r\nAA==\r\n-----END EC PRIVATE KEY-----\r\n",
        ]
        return try BrokerConfiguration.read(
            Array(text.utf8), file: "/etc/nats/server.conf",
            surroundings: ConfigurationTextTests.surroundings(files: files))
    }

    private func problems(_ text: String) -> [ConfigurationProblem] { Self.problems(text) }

    static func problems(_ text: String) -> [ConfigurationProblem] {
        do {
            _ = try read(text)
            return []
        } catch {
            return (error as? ConfigurationError)?.problems ?? []
        }
    }

    private func expect<Value: Equatable>(_ text: String, _ path: KeyPath<BrokerConfiguration, Value>, _ value: Value)
        throws
    {
        #expect(try read(text).configuration[keyPath: path] == value, "\(text)")
    }

    @Test func defaultsAreThoseOfNatsServer() throws {
        let configuration = try read("debug: false").configuration
        #expect(configuration == BrokerConfiguration())
        #expect(configuration.host == "0.0.0.0" && configuration.port == 4222)
        #expect(configuration.maximumPayload == 1_048_576 && configuration.maximumPending == 67_108_864)
        #expect(configuration.maximumControlLine == 4096 && configuration.maximumConnections == 65_536)
        #expect(configuration.maximumSubscriptions == nil && configuration.maximumPingsOut == 2)
        #expect(configuration.pingInterval == .seconds(120) && configuration.writeDeadline == .seconds(10))
        #expect(configuration.authorizationTimeout == .seconds(2) && configuration.logTime)
    }

    // MARK: Addresses

    @Test(arguments: [
        ("listen: 127.0.0.1:4333", "127.0.0.1", 4333), ("listen: 4333", "0.0.0.0", 4333),
        ("listen: \":4333\"", "0.0.0.0", 4333),
        ("listen: \"[::1]:4333\"", "::1", 4333), ("listen: localhost:-1", "localhost", 0), ("listen: a:0", "a", 4222),
        ("listen: -1", "0.0.0.0", 0), ("port: 1k", "0.0.0.0", 1000), ("PORT = -1", "0.0.0.0", 0),
        ("port: 0", "0.0.0.0", 4222),
        ("host: ::1, port: 5", "::1", 5), ("net: 10.0.0.1", "10.0.0.1", 4222),
    ])
    func addresses(text: String, host: String, port: Int) throws {
        try expect(text, \.host, host)
        try expect(text, \.port, port)
    }

    @Test(arguments: [
        "listen: \"4222\"", "listen: localhost", "listen: \"a:b:c\"", "listen: \"nats://a:4222\"",
        "listen: \"::1:4222\"",
        "listen: \"[::1]\"", "listen: \"\"", "listen: \"a:\"", "listen: \"a: 5\"", "listen: true", "listen: a:70000",
        "listen: {}",
        "port: 70000", "port: -2", "port: \"4222\"", "port: 4222.0", "port: abc", "port: true", "host: 5", "host: 5.5",
        "addr: a", "listen: a:1\nport: 2", "listen: a:1\nhost: b", "host: a\nnet: b", "port: 1\nPORT: 2",
    ])
    func addressesThatAreRefused(text: String) {
        #expect(problems(text).count == 1, "\(text)")
    }

    // MARK: Limits

    @Test func limits() throws {
        try expect("max_payload: 1kb", \.maximumPayload, 1024)
        try expect("max_payload: 0", \.maximumPayload, 1 << 20)
        try expect("max_pending: 100mb, max_payload: 65mb", \.maximumPending, 100 << 20)
    }

    @Test func limitsThatLeaveTheDefault() throws {
        for key in ["max_payload", "max_pending", "max_control_line", "max_connections", "ping_max"] {
            #expect(try read("\(key): 0").configuration == BrokerConfiguration(), "\(key)")
        }
    }

    @Test func connectionsAndSubscriptions() throws {
        try expect("max_connections: 5k", \.maximumConnections, 5000)
        try expect("max_conn: -1", \.maximumConnections, 0)
        try expect("max_subscriptions: 10", \.maximumSubscriptions, 10)
        try expect("max_subs: 0", \.maximumSubscriptions, nil)
        try expect("max_subscriptions: -1", \.maximumSubscriptions, nil)
        try expect("max_control_line: 8kb", \.maximumControlLine, 8192)
        try expect("ping_max: 5", \.maximumPingsOut, 5)
    }

    @Test(arguments: [
        "max_payload: -1", "max_payload: \"1kb\"", "max_payload: 1xb", "max_payload: 5gb", "max_payload: 65mb",
        "max_pending: 1kb",
        "max_pending: -1", "max_pending: a", "max_control_line: -1", "max_control_line: 5gb", "max_connections: -2",
        "max_connections: 5gb", "max_subscriptions: -5", "ping_max: -1", "ping_max: \"2\"", "ping_max: 7eib",
    ])
    func limitsThatAreRefused(text: String) {
        #expect(problems(text).count == 1, "\(text)")
    }

    // MARK: Durations

    @Test func durations() throws {
        try expect("ping_interval: \"2.5s\"", \.pingInterval, .milliseconds(2500))
        try expect("ping_interval: 1h1m", \.pingInterval, .seconds(3660))
        try expect("write_deadline: 5s", \.writeDeadline, .seconds(5))
        try expect("write_deadline: \"0\"", \.writeDeadline, .seconds(10))
        try expect("authorization { timeout: 3 }", \.authorizationTimeout, .seconds(3))
        try expect("authorization { TIMEOUT: 1.5 }", \.authorizationTimeout, .milliseconds(1500))
        try expect("authorization { timeout: \"1m\" }", \.authorizationTimeout, .seconds(60))
        try expect("authorization {}", \.authorizationTimeout, .seconds(2))
    }

    @Test func aBareNumberIsSecondsAndTheUserIsTold() throws {
        let (configuration, warnings) = try read("ping_interval: 30")
        #expect(configuration.pingInterval == .seconds(30))
        #expect(warnings.map(\.remedy) == ["write \"30s\""])
        #expect(try read("authorization { timeout: 100 }").warnings.count == 1)
    }

    @Test(arguments: [
        "ping_interval: 2m", "ping_interval: \"2x\"", "write_deadline: \"\"", "write_deadline: \"-2s\"",
        "write_deadline: true",
        "write_deadline: 99999999999", "authorization { timeout: \"a\" }", "authorization { timeout: -1 }",
        "authorization: 5",
        "authorization { timeout: 1k }", "authorization { foo: 1 }",
    ])
    func durationsThatAreRefused(text: String) {
        #expect(problems(text).count == 1, "\(text)")
    }

    // MARK: Names and switches

    @Test func namesAndSwitches() throws {
        try expect("server_name: n1", \.serverName, "n1")
        try expect("server_name: \"\"", \.serverName, nil)
        try expect("Debug: yes", \.debug, true)
        try expect("trace: on", \.trace, true)
        try expect("logtime: off", \.logTime, false)
        try expect("pid_file: /run/n.pid", \.pidFile, "/run/n.pid")
        try expect("pidfile: '/run/n.pid'", \.pidFile, "/run/n.pid")
        try expect("ports_file_dir: /tmp", \.portsFileDirectory, "/tmp")
        for text in [
            "server_name: \"a b\"", "server_name: 5", "debug: 1", "debug: \"true\"", "pid_file: 5", "pid_file: true",
        ] {
            #expect(problems(text).map(\.code) == [.wrongValue], "\(text)")
        }
    }

    // MARK: Operator mode

    @Test(arguments: [
        "operator: \(token)", "operators: [\(token)]", "operator: /etc/nats/op.jwt", "operator: [bare.jwt]",
        "roots: \"\(token)\"",
    ])
    func operators(text: String) throws {
        try expect(text + "\nresolver: MEMORY", \.operators, [Self.token])
    }

    @Test func aConfigurationAsTheToolsWriteIt() throws {
        let configuration = try read(
            """
            // Operator "O"
            operator: \(Self.token)

            system_account: \(Self.account)

            resolver: MEMORY

            resolver_preload: {
              // Account "A"
              \(Self.account): \(Self.token)

            }
            """
        ).configuration
        #expect(configuration.systemAccount == Self.account)
        #expect(configuration.resolver == .memory)
        #expect(configuration.preloadedAccounts == [.init(account: Self.account, jwt: Self.token)])
    }

    @Test(arguments: [
        "operator: nope.jwt\nresolver: MEM", "operator: junk\nresolver: MEM", "operator: 5\nresolver: MEM",
        "operator: eyJx\nresolver: MEM",
        "operators: [1]\nresolver: mem", "operator: \(token)", "operator: \(token)\noperators: \(token)\nresolver: MEM",
        "resolver: foo", "resolver: 5", "resolver: URL(localhost)", "resolver: URL()", "resolver: {type: full}",
        "resolver_preload: 5",
        "resolver_preload: { A: \(token) }", "resolver_preload: { \(account): x }",
        "resolver_preload: { \(account): 5 }",
    ])
    func operatorModeThatIsRefused(text: String) {
        #expect(problems(text).count == 1, "\(text)")
    }

    // MARK: Keys

    @Test(arguments: [
        "jetstream: enabled", "jetstream {}", "cluster { port: 1 }", "gateway {}", "leafnodes {}", "leaf {}",
        "mqtt {}", "store_dir: x", "ocsp: true", "ocsp {}", "ocsp_cache: true", "syslog: true", "remote_syslog: x",
        "prof_port: 1", "accounts { A { jetstream: enabled } }",
        "tls { cert_file: cert.pem, key_file: key.pem, ocsp_peer: true }",
        "tls { cert_file: cert.pem, key_file: key.pem, cert_store: x }",
        "websocket { port: 1, no_tls: true, compression: true }",
    ])
    func featuresThatAreNotOffered(text: String) {
        #expect(problems(text).map(\.code) == [.unsupportedFeature], "\(text)")
    }

    @Test(arguments: [
        ("prot: 1", "did you mean \"port\"?"), ("max_paylaod: 1", "did you mean \"max_payload\"?"),
        ("jetsream: 1", "did you mean \"jetstream\"?"),
        ("includ: 1", "did you mean \"include\"?"), ("authorization { timeot: 1 }", "did you mean \"timeout\"?"),
        ("completely_different: 1", "remove it; a value for $completely_different may stay"),
        ("accounts { A { imprts: [] } }", "did you mean \"imports\"?"), ("tls_: {}", "did you mean \"tls\"?"),
        ("proxies { trsted: [] }", "did you mean \"trusted\"?"),
    ])
    func unknownKeys(text: String, remedy: String) {
        let problems = problems(text)
        #expect(problems.map(\.code) == [.unknownKey])
        #expect(problems.map(\.remedy) == [remedy])
    }

    @Test func aKeyThatAVariableRefersToMayHaveAnyName() throws {
        try expect("my_port = 4333\nport: $my_port", \.port, 4333)
        #expect(problems("my_port = 4333\nport: 1").map(\.code) == [.unknownKey])
    }

    @Test(arguments: [
        "jetstream: disabled", "jetstream: false", "ocsp: false", "syslog: no", "prof_port: 0",
        "websocket { compression: false }",
    ])
    func featuresThatAreSaidToBeOff(text: String) throws {
        #expect(try read(text).configuration == BrokerConfiguration())
    }

    @Test func anEmptyConfigurationIsOneOfDefaults() throws {
        let (configuration, warnings) = try read("# nothing\n")
        #expect(configuration == BrokerConfiguration())
        #expect(warnings.map(\.code) == [.missingKey] && warnings[0].failsTest)
    }
}
