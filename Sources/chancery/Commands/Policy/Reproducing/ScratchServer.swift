import Broker
import FoundationEssentials
import Glibc
import Messaging
import NIOCore
import Policy

/// A server for a few seconds, with the accounts of a set: the broker in this process, or a nats-server beside it.
struct ScratchServer {
    private enum Running {
        case embedded(BrokerServer)
        case child(ChildServer)
    }

    let address: ServerAddress
    private let running: Running

    /// The broker, in this process, with the settings of the accounts.
    static func embedded(_ scratch: ScratchOperator) async throws -> ScratchServer {
        var configuration = BrokerConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        configuration.operators = [scratch.token]
        configuration.systemAccount = scratch.systemAccount
        configuration.resolver = .memory
        configuration.preloadedAccounts = scratch.accounts.map { .init(account: $0.key, jwt: $0.token) }
        let environment = BrokerEnvironment(moment: LocalTime.moment, nanoseconds: LocalTime.nanoseconds) { _, _ in }
        let server = try await BrokerServer.start(configuration, environment: environment, loops: 1)
        let address = try ServerAddress("nats://127.0.0.1:\(server.address.port ?? 0)")
        let scratch = ScratchServer(address: address, running: .embedded(server))
        return scratch
    }

    /// A nats-server with JetStream, in a folder of its own.
    static func child(_ program: String, _ scratch: ScratchOperator) async throws -> ScratchServer {
        let child = try await ChildServer(program, scratch)
        return ScratchServer(address: child.address, running: .child(child))
    }

    /// Tells the broker the settings of the accounts, which no file has.
    func put(settings: [String], as user: ScratchOperator.User) async throws {
        guard case .embedded = running else { return }
        let client = try await connect(user)
        for token in settings {
            _ = try await client.request(
                "$SYS.REQ.CHANCERY.SETTINGS.UPDATE", payload: Array(token.utf8), timeout: .seconds(5))
        }
        await client.close()
    }

    func connect(_ user: ScratchOperator.User, inbox: String = "_INBOX") async throws -> Client {
        var options = ClientOptions()
        options.name = "chancery reproduce"
        options.inboxPrefix = inbox
        return try await Client.connect(
            to: address, credentials: .userJWT(user.token, user.keyPair), options: options)
    }

    func stop() async {
        switch running {
        case .embedded(let server): try? await server.stop()
        case .child(let child): child.stop()
        }
    }
}

/// A nats-server that was started here, with its folder, which both end with it.
struct ChildServer {
    let address: ServerAddress
    private let process: pid_t
    private let folder: String

    init(_ program: String, _ scratch: ScratchOperator) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "chancery-reproduce-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let file = folder + "/server.conf"
        let preload = scratch.accounts.map { "  \($0.key): \($0.token)" }.joined(separator: "\n")
        let text = """
            listen: 127.0.0.1:-1
            ports_file_dir: '\(folder)'
            jetstream { store_dir: '\(folder)' }
            operator: \(scratch.token)
            system_account: \(scratch.systemAccount)
            resolver: MEMORY
            resolver_preload: {
            \(preload)
            }

            """
        try Data(text.utf8).write(to: URL(filePath: file))
        process = try Self.spawn([program, "-c", file, "-l", folder + "/log"])
        do {
            address = try await Self.address(in: folder, of: process)
        } catch {
            Self.end(process, folder)
            throw error
        }
    }

    private static func spawn(_ words: [String]) throws -> pid_t {
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        let result = posix_spawnp(&process, words[0], nil, nil, &arguments, environ)
        guard result == 0 else {
            throw CommandFailure(
                message: "\(words[0]) cannot be started: \(String(cString: strerror(result)).lowercased())",
                remedy: "install nats-server, or name it with --nats-server FILE")
        }
        return process
    }

    /// The server writes where it listens to a file, once it does.
    private static func address(in folder: String, of process: pid_t) async throws -> ServerAddress {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(20)
        while clock.now < end {
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            if let file = files.first(where: { $0.hasSuffix(".ports") }),
                let data = try? Data(contentsOf: URL(filePath: folder).appending(path: file)),
                let ports = try? JSONDecoder().decode([String: [String]].self, from: data),
                let url = ports["nats"]?.first
            {
                return try ServerAddress(url)
            }
            var status: Int32 = 0
            guard waitpid(process, &status, WNOHANG) == 0 else { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        let log = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
        throw CommandFailure(
            message:
                "nats-server does not start: \(log.split(separator: "\n").last.map(String.init) ?? "it says nothing")")
    }

    func stop() { Self.end(process, folder) }

    private static func end(_ process: pid_t, _ folder: String) {
        kill(process, SIGTERM)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        try? FileManager.default.removeItem(atPath: folder)
    }
}
