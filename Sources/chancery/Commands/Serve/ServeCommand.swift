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

            Settings come from flags, or else from variables such as CHANCERY_TLS_CERT, or else from the file of --config, \
            in YAML; --check looks at them and ends. They are:
            \(ServeSettings.help)
            """)
    static let example = """
        chancery serve --rate 100 --check
        chancery serve --listen 127.0.0.1:8420 --nats 127.0.0.1:4222
        """

    @Option(file: "A file with settings, in YAML; by default that of CHANCERY_CONFIG.") var config: String?
    @Flag(help: "Only look whether the settings can be taken, and show them.") var check = false
    @Option(text: "Where the API listens; by default 127.0.0.1:8420.", as: "host:port") var listen: String?
    @Option(text: "Where the NATS server listens; by default 127.0.0.1:4222.", as: "host:port") var nats: String?
    @Option(
        text: "A nats-server to feed in the place of an own NATS server, or some of a cluster's, with commas between.",
        as: "url")
    var engine: String?
    @Option(file: "A Unix socket for administration on this machine, without a token.") var socket: String?
    @Option(file: "A new file for the first start's token, in place of stdout.") var firstToken: String?
    @Option(file: "The API's certificate, with those that vouch for it.") var tlsCert: String?
    @Option(file: "The certificate's key.") var tlsKey: String?
    @Option(file: "Certificates that vouch for those of clients, which may then sign in with them.")
    var tlsClientCa: String?
    @Option(text: "Requests that one token may send in a second, by default 2000; 0 for any number.", as: "number")
    var rate: String?
    @Option(
        text: "Refused sign-ins that one address may cause in a second, by default 5; 0 for any number.", as: "number")
    var failureRate: String?
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

    /// What the flags, the environment and the file say.
    private func settings() throws -> ServeSettings {
        let flags = [
            "listen": listen, "nats": nats, "engine": engine, "socket": socket, "first_token": firstToken,
            "operator": directory.operatorName, "tls.cert": tlsCert, "tls.key": tlsKey, "tls.client_ca": tlsClientCa,
            "rate": rate, "failure_rate": failureRate,
            "public_url": publicUrl, "resolver": resolver ? "true" : nil,
        ].compactMapValues(\.self)
        let file = try (config ?? Environment.value("CHANCERY_CONFIG")).map { try SettingsFile(reading: $0) }
        return try ServeSettings(flags: flags, environment: Environment.value, file: file)
    }

    private func show(_ settings: ServeSettings) throws {
        if directory.json {
            return try JSONOutput.line(Dictionary(uniqueKeysWithValues: settings.inForce.map { ($0.name, $0.value) }))
        }
        var table = Table(header: ["Setting", "Value"])
        for setting in settings.inForce { table.add(setting.name, setting.value) }
        Console.data(table.text(width: Console.width))
        Console.say("the settings are in order")
    }

    func run() async throws {
        switch describe {
        case .openapi: return Console.data(ServiceDescription.openAPI)
        case .roles: return print(RoleTable.markdown, terminator: "")
        case nil: break
        }
        // Nobody has to be told of a terminal that is gone.
        signal(SIGHUP, SIG_IGN)
        // Whatever is made from here on, a socket too, is its owner's alone.
        umask(0o077)
        let settings = try settings()
        let tls = try settings.serviceTLS()
        if tls == nil, !settings.listen.isOfThisMachine {
            Console.warn(
                "the API listens without TLS where others can reach it: tokens cross the network in clear; give --tls-cert and --tls-key"
            )
        }
        if check { return try show(settings) }
        let opened = try directory.global.open(creating: true)
        let entry = try FirstStart(opened, operator: settings.operatorName, tokenFile: settings.firstToken).prepare()
        let open = try opened.forService()
        // From here on many are served, of whom none waits for whoever reads the words.
        let log = try LogWriter.start(LogFile())
        Console.leaveWriting(to: { log.write($0, $1) })
        defer {
            Console.leaveWriting(to: nil)
            log.finish()
        }
        try await run(settings, tls, open, entry, log)
    }

    private func run(
        _ settings: ServeSettings, _ tls: ServiceTLS?, _ open: Directory, _ entry: OperatorEntry, _ log: LogWriter
    ) async throws {
        let nats = settings.nats
        let engine = settings.engine
        let broker = engine == nil ? try await EmbeddedBroker.start(open, entry, at: nats) : nil
        let road = EngineRoad(
            open, of: entry,
            at: engine ?? [broker?.address ?? ServerAddress(host: nats.host, port: nats.port)],
            reload: broker.map { broker in { @Sendable in await broker.reload($0) } })
        await road.bringEverything()
        do {
            try await serve(open, road, broker, tls, settings, log)
        } catch {
            await road.close()
            try? await broker?.stop()
            throw ServeFailure.explained(error, listen: "\(settings.listen.host):\(settings.listen.port)")
        }
        await road.close()
        try await broker?.stop()
    }

    private func serve(
        _ open: Directory, _ road: EngineRoad, _ broker: EmbeddedBroker?,
        _ tls: ServiceTLS?, _ settings: ServeSettings, _ log: LogWriter
    ) async throws {
        let listen = settings.listen
        var options = AdminService.Options()
        options.requestsPerSecond = Double(settings.rate)
        options.failuresPerSecond = Double(settings.failureRate)
        options.publicName = try settings.publicURL.map(PublicName.init)?.text
        options.answersResolvers = settings.answersResolvers
        let service = AdminService(open, distributor: road, options: options, now: SystemClock.now)
        await service.resumeOperations()
        let scheme = tls == nil ? "http" : "https"
        var services: [any Service] = [RoadKeeper(road: road)]
        if let broker { services.append(LameDuck(broker: broker, isBeginning: service.beginFarewell)) }
        services.append(
            AdminServer(service, at: .host(listen.host, port: listen.port), tls: tls) { found in
                Console.say(
                    "the API listens on \(scheme)://\(found?.ipAddress ?? listen.host):\(found?.port ?? listen.port)")
            })
        if let socket = settings.socket {
            services.append(
                AdminServer(service, at: .socket(socket)) { _ in
                    chmod(socket, 0o600)
                    Console.say("the API listens on the socket \(socket)")
                })
        }
        // The last one is told first.
        services.append(LastWord(log: log, isBeginning: service.beginFarewell))
        if let broker { Console.say("the NATS server listens on \(broker.address)") }
        var configuration = ServiceGroupConfiguration(
            services: services.map {
                ServiceGroupConfiguration.ServiceConfiguration(
                    service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
            }, gracefulShutdownSignals: [.sigterm, .sigint], logger: ServeLog.silent)
        configuration.maximumGracefulShutdownDuration = .seconds(10)
        try await ServiceGroup(configuration: configuration).run()
    }
}
