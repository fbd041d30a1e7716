import Authorization
import Claims
import Glibc
import NIOCore
import NKeys
import Synchronization

@testable import Broker

/// A broker on a free port of the loopback interface, with accounts and users of its own. Connections go to its loops in
/// turn: the first that is opened to the first loop, the second to the second.
final class TestBroker: Sendable {
    static let loops = 3

    let server: BrokerServer
    let realm: TestRealm
    let sink: CountingSink

    private init(server: BrokerServer, realm: TestRealm, sink: CountingSink) {
        self.server = server
        self.realm = realm
        self.sink = sink
    }

    static func run(
        _ realm: TestRealm, loops: Int = TestBroker.loops, change: (inout BrokerConfiguration) -> Void = { _ in },
        _ body: (TestBroker) async throws -> Void
    ) async throws {
        var configuration = try realm.configuration()
        change(&configuration)
        try await run(configuration, realm, loops: loops, body)
    }

    /// The same with a configuration file of this text, which knows its users itself.
    static func run(
        configuration text: String, loops: Int = TestBroker.loops, _ body: (TestBroker) async throws -> Void
    ) async throws {
        let configuration = try BrokerConfigurationTests.read(text).configuration
        try await run(configuration, try TestRealm(), loops: loops, body)
    }

    private static func run(
        _ configuration: BrokerConfiguration, _ realm: TestRealm, loops: Int,
        _ body: (TestBroker) async throws -> Void
    ) async throws {
        var configuration = configuration
        configuration.host = "127.0.0.1"
        configuration.port = 0
        let environment = BrokerEnvironment(
            moment: { Moment(seconds: Int64(time(nil))) { _ in nil } }, log: { _, _ in })
        let sink = CountingSink()
        let settings = configuration
        try await BrokerTestThreads.run {
            let server = try await BrokerServer.start(
                settings, decisions: sink, environment: environment, loops: loops)
            do {
                try await body(TestBroker(server: server, realm: realm, sink: sink))
            } catch {
                try await server.stop()
                throw error
            }
            try await server.stop()
        }
    }

    /// Reloads a configuration file of this text, and returns how many connections that ended.
    func reload(_ text: String, port: Int = 0) async throws -> Int {
        var configuration = try BrokerConfigurationTests.read(text).configuration
        configuration.host = "127.0.0.1"
        configuration.port = port
        return try await server.reload(configuration)
    }

    /// A client that says CONNECT with these members. Throws where it is not let in.
    func client(connect members: String) throws -> TestClient {
        let client = try TestClient(port: server.address.port ?? 0)
        try client.send("CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true,\(members)}\r\n")
        let frames = try client.flush()
        if case .other(let line)? = frames.first { throw TestClient.Ended(description: line) }
        return client
    }

    /// A client that has signed in.
    func client(_ user: String, options: String = "") throws -> TestClient {
        let client = try TestClient(port: server.address.port ?? 0)
        try client.send(
            "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true,\"jwt\":\"\(realm.token(user))\"\(options)}\r\n"
        )
        try client.flush()
        return client
    }
}

/// An operator with accounts and their users, named `ACCOUNT.user`. Users are bearers, so that no test has to sign.
struct TestRealm: Sendable {
    private let operatorKey = KeyPair.generate(.operator)
    private var keys: [String: KeyPair] = [:]
    private var accounts: [String: AccountClaims] = [:]
    private var users: [String: String] = [:]

    init() throws {
        try add("SYS.admin")
    }

    func key(_ account: String) -> String { keys[account]?.publicKey.text ?? "" }

    func token(_ user: String) -> String { users[user] ?? "" }

    /// Adds a user, and its account if that is new.
    mutating func add(_ name: String, _ permissions: Permissions = Permissions()) throws {
        let account = String(name.prefix { $0 != "." })
        let key = keys[account] ?? KeyPair.generate(.account)
        if keys[account] == nil {
            keys[account] = key
            accounts[account] = AccountClaims(subject: key.publicKey.text, name: account)
        }
        var claims = UserClaims(subject: KeyPair.generate(.user).publicKey.text, name: name)
        claims.limits.permissions = permissions
        claims.limits.bearerToken = true
        users[name] = try claims.encode(signedBy: key, at: Int64(time(nil)))
    }

    mutating func change(_ account: String, _ change: (inout AccountClaims) -> Void) {
        if var claims = accounts[account] {
            change(&claims)
            accounts[account] = claims
        }
    }

    /// The account's present JWT.
    func accountToken(_ account: String, at moment: Int64? = nil) throws -> String {
        try (accounts[account] ?? AccountClaims(subject: "")).encode(
            signedBy: operatorKey, at: moment ?? Int64(time(nil)))
    }

    func configuration() throws -> BrokerConfiguration {
        var configuration = BrokerConfiguration()
        let claims = OperatorClaims(subject: operatorKey.publicKey.text, name: "OP")
        configuration.operators = [try claims.encode(signedBy: operatorKey, at: 1)]
        configuration.resolver = .memory
        configuration.systemAccount = key("SYS")
        // In a fixed order, so that accounts have the same numbers in every run.
        configuration.preloadedAccounts = try accounts.keys.sorted().map {
            .init(account: key($0), jwt: try accountToken($0, at: Int64(time(nil)) - 10))
        }
        return configuration
    }
}

/// Counts decisions, which come from several loops at once.
final class CountingSink: DecisionSink {
    private struct Key: Hashable {
        let action: Action
        let isAllowed: Bool
    }

    private let counts = Mutex<[Key: Int]>([:])

    func wants(_ action: Action, isAllowed: Bool) -> Bool { true }

    func record(_ event: DecisionEvent, on loop: Int) {
        let key = Key(action: event.action, isAllowed: event.decision.isAllowed)
        counts.withLock { $0[key, default: 0] += 1 }
    }

    func count(_ action: Action, _ isAllowed: Bool) -> Int {
        counts.withLock { $0[Key(action: action, isAllowed: isAllowed), default: 0] }
    }
}
