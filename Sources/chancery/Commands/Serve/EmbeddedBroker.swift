import Administration
import Broker
import Messaging
import NIOCore
import NKeys
import ServiceLifecycle
import UnixSignals

/// The NATS server inside the service: in operator mode, with every account in a folder of the home.
struct EmbeddedBroker: Sendable {
    private let server: BrokerServer
    private let audit: BrokerAudit
    private let configuration: BrokerConfiguration
    let address: ServerAddress

    static func start(
        _ directory: Directory, _ entry: OperatorEntry, at address: ListenAddress
    ) async throws -> EmbeddedBroker {
        let system = try directory.read { try $0.systemAccount(of: entry) }
        var configuration = BrokerConfiguration()
        (configuration.host, configuration.port) = (address.host, address.port)
        configuration.serverName = "chancery"
        configuration.operators = [entry.token]
        configuration.systemAccount = system.publicKey.text
        let folder = directory.home.path + "/broker/jwt"
        try PrivateFile.makeFolder(folder)
        var resolver = DirectoryResolverConfiguration(kind: .full, directory: folder)
        resolver.deletion = .rename
        configuration.resolver = .directory(resolver)
        configuration.preloadedAccounts = [.init(account: system.publicKey.text, jwt: system.token)]
        let environment = BrokerEnvironment(moment: LocalTime.moment, nanoseconds: LocalTime.nanoseconds) {
            level, text in
            if level >= .warning { Console.say("nats: \(Console.printableLine(text))") }
        }
        let audit = try BrokerAudit.start(
            in: directory.home.logsPath, serverName: "chancery", server: "chancery",
            whenInUse:
                "another \"chancery serve\" runs on this directory: end that one, or name another with --all-dirs",
            log: environment.log)
        do {
            let server = try await BrokerServer.start(
                configuration, as: Broker.ServerIdentity(name: "chancery"), decisions: audit.sink,
                environment: environment)
            let port = server.address.port ?? address.port
            return EmbeddedBroker(
                server: server, audit: audit, configuration: configuration,
                address: ServerAddress(host: address.reachableHost, port: port))
        } catch let error as BrokerStartError {
            throw CommandFailure(message: error.message, remedy: error.remedy)
        } catch let error as ListeningError {
            throw CommandFailure(
                message: error.description, remedy: "choose another address for the NATS server with --nats")
        }
    }

    /// Takes other tokens of the operator: who may sign accounts, and how. With two of them, what either one trusts is trusted.
    func reload(_ operators: [String]) async {
        var settings = configuration
        settings.operators = operators
        do { _ = try await server.reload(settings) } catch let error as BrokerStartError {
            Console.say("the NATS server goes on with the operator as it was: \(error.message)")
        } catch {
            Console.say("the NATS server goes on with the operator as it was")
        }
    }

    func stop() async throws {
        try await server.stop()
        audit.finish()
    }

    /// Sends the clients away one after the other.
    func goLame() async { try? await server.goLame() }
}

/// Waits for SIGUSR2, sends the clients away, and then lets the service end.
struct LameDuck: Service {
    let broker: EmbeddedBroker
    /// Told as soon as the wish comes, before the first client goes.
    let isBeginning: @Sendable () -> Void

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: [.sigusr2])
        for await _ in signals.cancelOnGracefulShutdown() {
            isBeginning()
            Console.say("the NATS server sends its clients away")
            return await broker.goLame()
        }
    }
}
