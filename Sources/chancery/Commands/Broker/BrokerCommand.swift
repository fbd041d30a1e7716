import Administration
import ArgumentParser
import Authorization
import Broker
import Claims
import FoundationEssentials
import Glibc
import NIOCore
import NKeys
import Secrets

/// `chancery broker`
struct BrokerCommand: AsyncParsableCommand, Exemplified, Lasting {
    static let configuration = CommandConfiguration(
        commandName: "broker", abstract: "Run a NATS server that enforces the accounts of an operator.",
        discussion: """
            Takes nats-server's configuration file: the operator, the system account and a MEMORY resolver. With --decisions \
            it prints every decision, one a line, with the rule that made it.
            """)

    static let example = """
        chancery generate config --mem-resolver --config-file broker.conf
        chancery broker -c broker.conf -a 127.0.0.1 -p 4222 --decisions
        """

    @Option(
        name: [.customShort("c"), .customLong("config")],
        help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String
    @Option(
        name: [.customShort("a"), .customLong("addr"), .customLong("net")],
        help: ArgumentHelp("The address to listen on.", valueName: "host"))
    var address: String?
    @Option(name: .shortAndLong, help: "The port to listen on; -1 takes any free one.")
    var port: Int?
    @Option(name: [.customShort("n"), .customLong("name"), .customLong("server_name")], help: "The server's name.")
    var name: String?
    @Option(
        name: [.customShort("P"), .customLong("pid")],
        help: ArgumentHelp("Write the process number here.", valueName: "file"))
    var pidFile: String?
    @Option(
        name: .customLong("ports_file_dir"),
        help: ArgumentHelp("Write a file with the ports into this folder.", valueName: "dir"))
    var portsFileDirectory: String?
    @Flag(name: [.customShort("t")], help: "Check the configuration and end.")
    var test = false
    @Flag(name: [.customShort("D"), .customLong("debug")], help: "Log more.")
    var debug = false
    @Flag(help: "Print every decision and the rule that made it.")
    var decisions = false
    @Flag(name: [.customShort("J"), .long], help: "Print decisions as JSON.")
    var json = false

    func run() async throws {
        let configuration = try readConfiguration()
        if test {
            try check(configuration)
            Console.say("configuration file \(config) is valid")
            return
        }
        let log = BrokerLog(showsDebug: debug || configuration.debug, showsTime: configuration.logTime)
        let environment = BrokerEnvironment(moment: LocalTime.moment) { log.write($0, $1) }
        let printer = decisions ? DecisionPrinter(names: accountNames(configuration), asJSON: json) : nil
        let server: BrokerServer
        do {
            server = try await BrokerServer.start(configuration, decisions: printer, environment: environment)
        } catch let error as BrokerStartError {
            Console.complain(error.message, remedy: error.remedy)
            throw ExitCode(1)
        } catch {
            let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
            Console.complain(
                "cannot listen on \(configuration.host):\(configuration.port): \(reason)",
                remedy: "choose another address with -a, or another port with -p")
            throw ExitCode(1)
        }
        try announce(server, configuration, log)
        await Signals.waitForEnd()
        log.write(.info, "Stopping")
        for file in [configuration.pidFile, portsFile(configuration)].compactMap(\.self) { unlink(file) }
        try await server.stop()
    }

    /// Checks what only shows when operators and accounts are read.
    private func check(_ configuration: BrokerConfiguration) throws {
        do { try BrokerServer.check(configuration) } catch {
            Console.complain(error.message, remedy: error.remedy)
            throw ExitCode(1)
        }
    }

    /// The file's settings, with the words of the command line over them.
    private func readConfiguration() throws -> BrokerConfiguration {
        let surroundings = ConfigurationSurroundings(
            readFile: { path in try PrivateFile.read(path, atMost: 64 << 20).withBytes { Array($0) } },
            environmentVariable: { name in getenv(name).map { String(cString: $0) } })
        let bytes = try surroundings.readFile(config)
        do {
            let read = try BrokerConfiguration.read(bytes, file: config, surroundings: surroundings)
            for warning in read.warnings { Console.say(warning.warningText) }
            return try overridden(read.configuration)
        } catch let error as ConfigurationError {
            for problem in error.problems { Console.say(problem.description) }
            throw ExitCode(1)
        }
    }

    private func overridden(_ file: BrokerConfiguration) throws -> BrokerConfiguration {
        var configuration = file
        if let address { configuration.host = address }
        if let port {
            guard (-1...65_535).contains(port) else {
                throw ValidationError("-p takes a port from 0 to 65535, or -1 for any free one.")
            }
            configuration.port = max(port, 0)
        }
        if let name { configuration.serverName = name }
        if let pidFile { configuration.pidFile = pidFile }
        if let portsFileDirectory { configuration.portsFileDirectory = portsFileDirectory }
        return configuration
    }

    private func accountNames(_ configuration: BrokerConfiguration) -> [PublicKey: String] {
        var names: [PublicKey: String] = [:]
        for preloaded in configuration.preloadedAccounts {
            if let key = try? PublicKey(preloaded.account), let claims = try? AccountClaims.decode(preloaded.jwt) {
                names[key] = claims.name.isEmpty ? key.text : claims.name
            }
        }
        return names
    }

    /// Where programs find the ports of this process, while it runs.
    private func portsFile(_ configuration: BrokerConfiguration) -> String? {
        configuration.portsFileDirectory.map { "\($0)/chancery_\(getpid()).ports" }
    }

    /// Tells people and programs where the server is.
    private func announce(_ server: BrokerServer, _ configuration: BrokerConfiguration, _ log: BrokerLog) throws {
        let host = server.address.ipAddress ?? configuration.host
        let port = server.address.port ?? configuration.port
        log.write(.info, "Server id is \(server.id)")
        log.write(.info, "Listening for client connections on \(host):\(port)")
        if let pidFile = configuration.pidFile { try Data("\(getpid())\n".utf8).write(to: URL(filePath: pidFile)) }
        if let file = portsFile(configuration) {
            try Data("{\"nats\":[\"nats://\(host):\(port)\"]}".utf8).write(to: URL(filePath: file))
        }
        log.write(.info, "Server is ready")
    }
}
