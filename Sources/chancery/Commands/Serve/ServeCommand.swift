import AdminAPI
import Administration
import ArgumentParser
import Broker
import Glibc
import Messaging
import NIOCore
import Secrets
import ServiceLifecycle
import UnixSignals

/// `chancery serve`
struct ServeCommand: AsyncParsableCommand, Exemplified, Lasting {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the service: the directory, its HTTP API, and a NATS server that obeys it.",
        discussion: """
            The first start in an empty folder makes an operator, its system account and one token for the API, which is \
            printed once. A change is in force on every server when its answer says so. Signals: SIGTERM ends it, SIGUSR2 \
            sends the clients of the NATS server away one after the other, and then ends it.
            """)
    static let example = """
        chancery serve --listen 127.0.0.1:8420 --nats 127.0.0.1:4222
        """

    @Option(help: ArgumentHelp("Where the API listens.", valueName: "host:port"))
    var listen = ListenAddress(host: "127.0.0.1", port: 8420)
    @Option(help: ArgumentHelp("Where the NATS server listens.", valueName: "host:port"))
    var nats = ListenAddress(host: "127.0.0.1", port: 4222)
    @Option(text: "A nats-server or a cluster to feed, in the place of an own NATS server.", as: "url")
    var engine: String?
    @Option(file: "A Unix socket for administration on this machine, without a token.") var socket: String?
    @Option(file: "A new file for the first start's token, in place of stdout.") var firstToken: String?
    @Option(file: "The API's certificate, with those that vouch for it.") var tlsCert: String?
    @Option(file: "The certificate's key.") var tlsKey: String?
    @Option(file: "Certificates that vouch for those of clients, which may then sign in with them.")
    var tlsClientCa: String?
    @Option(
        help: ArgumentHelp("Requests that one token may send in a second; 0 for any number.", valueName: "number"))
    var rate = 2_000
    @Option(
        help: ArgumentHelp(
            "Refused sign-ins that one address may cause in a second; 0 for any number.", valueName: "number"))
    var failureRate = 5
    @Option(
        text: "What clients call the API, where that is not its own address: it is part of what is signed to sign in.",
        as: "url")
    var publicUrl: String?
    @Flag(help: "Let servers with a URL resolver, and everybody else, fetch account tokens without signing in.")
    var resolver = false
    @Option(help: ArgumentHelp("Print the description of the API, and end: openapi or roles.", valueName: "what"))
    var describe: Description?
    @OptionGroup var directory: DirectoryOptions

    enum Description: String, ExpressibleByArgument, CaseIterable {
        case openapi, roles
    }

    func validate() throws {
        guard rate >= 0, failureRate >= 0 else { throw ValidationError("A rate is 0 or a positive number.") }
        guard (tlsCert == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-cert and --tls-key are given together.")
        }
    }

    func run() async throws {
        switch describe {
        case .openapi: return Console.data(ServiceDescription.openAPI)
        case .roles: return print(RoleTable.markdown, terminator: "")
        case nil: break
        }
        // Nobody has to be told of a terminal that is gone.
        signal(SIGHUP, SIG_IGN)
        _ = try publicUrl.map(PublicName.init)
        // Whatever is made from here on, a socket too, is its owner's alone.
        umask(0o077)
        let tls = try tlsConfiguration()
        let opened = try directory.global.open(creating: true)
        let entry = try FirstStart(opened, operator: directory.operatorName, tokenFile: firstToken).prepare()
        let open = try opened.forService()
        let broker = engine == nil ? try await EmbeddedBroker.start(open, entry, at: nats) : nil
        let road = EngineRoad(
            open, of: entry,
            at: try engine.map { try ServerAddress($0) } ?? broker?.address
                ?? ServerAddress(host: nats.host, port: nats.port),
            reload: broker.map { broker in { @Sendable in await broker.reload($0) } })
        await road.bringEverything()
        do {
            try await serve(open, road, broker, tls)
        } catch {
            await road.close()
            try? await broker?.stop()
            throw ServeFailure.explained(error, listen: "\(listen.host):\(listen.port)")
        }
        await road.close()
        try await broker?.stop()
    }

    private func serve(
        _ open: Directory, _ road: EngineRoad, _ broker: EmbeddedBroker?,
        _ tls: ServiceTLS?
    ) async throws {
        var options = AdminService.Options()
        options.requestsPerSecond = Double(rate)
        options.failuresPerSecond = Double(failureRate)
        options.publicName = try publicUrl.map(PublicName.init)?.text
        options.answersResolvers = resolver
        let service = AdminService(open, distributor: road, options: options, now: SystemClock.now)
        await service.resumeOperations()
        let scheme = tls == nil ? "http" : "https"
        var services: [any Service] = [RoadKeeper(road: road)]
        if let broker { services.append(LameDuck(broker: broker)) }
        services.append(
            AdminServer(service, at: .host(listen.host, port: listen.port), tls: tls) { found in
                Console.say(
                    "the API listens on \(scheme)://\(found?.ipAddress ?? listen.host):\(found?.port ?? listen.port)")
            })
        if let socket {
            services.append(
                AdminServer(service, at: .socket(socket)) { _ in
                    chmod(socket, 0o600)
                    Console.say("the API listens on the socket \(socket)")
                })
        }
        if let broker { Console.say("the NATS server listens on \(broker.address)") }
        var configuration = ServiceGroupConfiguration(
            services: services.map {
                ServiceGroupConfiguration.ServiceConfiguration(
                    service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
            }, gracefulShutdownSignals: [.sigterm, .sigint], logger: ServeLog.silent)
        configuration.maximumGracefulShutdownDuration = .seconds(10)
        try await ServiceGroup(configuration: configuration).run()
    }

    private func tlsConfiguration() throws -> ServiceTLS? {
        guard let tlsCert, let tlsKey else { return nil }
        do {
            return try ServiceTLS(certificate: tlsCert, key: tlsKey, clientAuthorities: tlsClientCa)
        } catch {
            throw CommandFailure(
                message: "the API's certificates cannot be used: \(error)",
                remedy: "give PEM files with --tls-cert, --tls-key and --tls-client-ca")
        }
    }
}
