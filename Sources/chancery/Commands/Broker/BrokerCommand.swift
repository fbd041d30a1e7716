import Administration
import ArgumentParser
import Authorization
import Broker
import Claims
import Glibc
import NIOCore
import NKeys
import Secrets

/// `chancery broker`
struct BrokerCommand: AsyncParsableCommand, Exemplified, Lasting {
    static let configuration = CommandConfiguration(
        commandName: "broker", abstract: "Run a NATS server that enforces the accounts of an operator.",
        discussion: """
            Takes nats-server's flags, in all of its forms (-port 4222, --port=4222, -DV), and its configuration file. With \
            --decisions it prints every decision, one a line, with the rule that made it; with --audit it keeps what it \
            refuses, and who comes and goes, for "chancery audit". Signals: SIGHUP reads the \
            configuration again, SIGUSR1 opens the log again, SIGUSR2 begins lame duck mode.
            """)

    static let example = """
        chancery generate config --mem-resolver --config-file broker.conf
        chancery broker -c broker.conf -a 127.0.0.1 -p 4222 --decisions
        """

    @Option(
        name: [.customShort("c"), .customLong("config")],
        help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String?
    @Flag(name: [.customShort("t")], help: "Check the configuration and end.")
    var test = false
    @Option(
        name: [.customLong("sl", withSingleDash: true), .customLong("signal")],
        help: ArgumentHelp(
            "Tell a running broker to ldm, stop, quit, term, reopen or reload, and end.", valueName: "signal[=pid]"))
    var signal: String?
    @OptionGroup var options: BrokerOptions
    @Flag(help: "Print every decision and the rule that made it.")
    var decisions = false
    @Option(folder: "Keep every sign-in, every refusal and the end of every connection in a signed log in this folder.")
    var audit: String?
    @Flag(name: [.customShort("J"), .long], help: "Print decisions as JSON.")
    var json = false
    @Flag(name: .customLong("show-version"), help: .hidden)
    var showsVersion = false
    @Option(name: .customLong("refused"), help: .hidden)
    var refused: [String] = []
    @Option(name: .customLong("misused"), help: .hidden)
    var misused: [String] = []
    @Option(name: .customLong("stray"), help: .hidden)
    var strays: [String] = []

    func run() async throws {
        if let misuse = misused.first { throw ValidationError(misuse) }
        if let stray = strays.first {
            throw CommandFailure(
                message: "\(BrokerFiles.program): unrecognized command: \"\(stray)\"",
                remedy: "chancery broker --help lists what there is")
        }
        if showsVersion { return Console.data("\(BrokerFiles.program): v\(BrokerServer.version)") }
        if let name = refused.first {
            throw CommandFailure(
                message: "-\(name): \(GoFlags.feature(of: name)) is not supported by this broker",
                remedy: "remove it, or run nats-server for it")
        }
        if let signal { return try BrokerSignal(signal).send() }
        if test { return try check() }
        let (file, digest) = try readFile()
        let configuration = try options.applied(to: file)
        try refuseUnenforced(configuration)
        try await serve(configuration, digest)
    }

    // MARK: Reading

    /// What a file says, what is odd in it, and its SHA-256 as `sha256:…`.
    private typealias ReadFile = (
        configuration: BrokerConfiguration, warnings: [ConfigurationProblem], digest: String
    )

    /// The file's settings and nothing else; the defaults without a file.
    private func readFile() throws -> (BrokerConfiguration, digest: String) {
        guard let config else { return (BrokerConfiguration(), "") }
        let read = try read(config)
        for warning in read.warnings { Console.say(warning.warningText) }
        return (read.configuration, read.digest)
    }

    /// What is in a file; ends with what is wrong with it.
    private func read(_ path: String) throws -> ReadFile {
        do { return try parsed(path) } catch let error as ConfigurationError {
            for problem in error.problems { Console.say(problem.description) }
            throw ExitCode(1)
        }
    }

    private func parsed(_ path: String) throws -> ReadFile {
        let surroundings = ConfigurationSurroundings(
            readFile: { path in
                do { return try PrivateFile.read(path, atMost: 64 << 20).withBytes { Array($0) } } catch {
                    throw UnreadableFile(path, error)
                }
            },
            environmentVariable: { name in getenv(name).map { String(cString: $0) } })
        let bytes = try PrivateFile.read(path, atMost: 64 << 20).withBytes { Array($0) }
        let (configuration, warnings) = try BrokerConfiguration.read(bytes, file: path, surroundings: surroundings)
        return (configuration, warnings, "sha256:\(Self.hexadecimal(SHA256.hash(bytes)))")
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// `-t`: whether the file is in order. As with nats-server, a warning is a failure here.
    private func check() throws {
        guard let config else {
            throw CommandFailure(
                message: "must specify [-c, --config] option to check configuration file syntax",
                remedy: "chancery broker -t -c broker.conf")
        }
        let (configuration, warnings, _) = try read(config)
        for warning in warnings { Console.say(warning.warningText) }
        guard !warnings.contains(where: \.failsTest) else { throw ExitCode(1) }
        do throws(BrokerStartError) {
            try BrokerServer.checkListeners(configuration)
            if configuration.isOperatorMode, configuration.resolver == .memory {
                try BrokerServer.check(configuration)
            }
        } catch {
            Console.complain(error.message, remedy: error.remedy)
            throw ExitCode(1)
        }
        for problem in configuration.unenforced { Console.say(problem.warningText) }
        Console.say("chancery: configuration file \(config) is valid")
    }

    private func refuseUnenforced(_ configuration: BrokerConfiguration) throws {
        let problems = configuration.unenforced
        for problem in problems { Console.say(problem.description) }
        guard problems.isEmpty else { throw ExitCode(1) }
    }

    // MARK: Serving

    private func serve(_ configuration: BrokerConfiguration, _ digest: String) async throws {
        // Before anybody can know of this process.
        let signals = await Signals()
        let log = try BrokerLog(configuration)
        defer { log.finish() }
        var files = BrokerFiles(configuration)
        let environment = BrokerEnvironment(moment: LocalTime.moment, nanoseconds: LocalTime.nanoseconds) {
            log.write($0, $1)
        }
        let identity = Broker.ServerIdentity(name: configuration.serverName)
        let audit = try audit.map {
            try BrokerAudit.start(
                in: $0, serverName: configuration.serverName, server: identity.name,
                whenInUse: "give each broker a name of its own with -n, or another folder with --audit",
                log: { log.write($0, $1) })
        }
        defer { audit?.finish() }
        let printer = decisions ? DecisionPrinter(names: accountNames(configuration), asJSON: json) : nil
        BrokerServer.announce(
            BrokerFiles.program, as: identity, configuration, file: config.map { ($0, digest) }, to: environment)
        let server: BrokerServer
        do {
            server = try await BrokerServer.start(
                configuration, as: identity, decisions: DecisionSinks.joined([printer, audit?.sink]),
                environment: environment)
        } catch let error as BrokerStartError {
            throw Self.fatal(log, error.message, remedy: error.remedy)
        } catch let error as ListeningError {
            throw Self.fatal(
                log, error.description, remedy: "choose another address with -a, or another port with -p")
        } catch {
            throw Self.fatal(log, "\(error)", remedy: nil)
        }
        do { try files.write(server, log) } catch {
            try await server.stop()
            throw Self.fatal(log, error.message, remedy: error.remedy)
        }
        log.write(.info, "Server is ready")
        server.whenReloadIsOrdered { try await signals.requestReload() }
        await signals.handle(log) {
            try await reload(server, log, &files)
        } goLame: {
            do { try await server.goLame() } catch { log.write(.error, "Lame duck mode failed: \(error)") }
        }
        log.write(.info, "Initiating Shutdown...")
        files.remove()
        try await server.stop()
        log.write(.info, "Server Exiting..")
    }

    /// Says why the broker does not start: in the log, and on the standard error where that is not the log.
    private static func fatal(_ log: BrokerLog, _ message: String, remedy: String?) -> ExitCode {
        log.write(.fatal, message)
        log.finish()
        if log.isFile {
            Console.complain(message, remedy: remedy)
        } else if let remedy {
            Console.say("  " + remedy)
        }
        return ExitCode(1)
    }

    /// Reads the file again, and the words of the command line over it. Where that fails everything stays as it is, and
    /// the reason is in the log and thrown.
    private func reload(_ server: BrokerServer, _ log: BrokerLog, _ files: inout BrokerFiles) async throws {
        do {
            guard let config else {
                throw CommandFailure(
                    message: "there is no configuration file", remedy: "start the broker with -c FILE")
            }
            let read = try parsed(config)
            let configuration = try options.applied(to: read.configuration)
            let cut = try await log.change(to: configuration) { try await server.reload(configuration) }
            let present = BrokerFiles(configuration)
            present.replace(files, server, log)
            files = present
            if cut > 0 { log.write(.info, "The reload ended \(cut) connections") }
            log.write(.info, "Reloaded server configuration (\(read.digest))")
        } catch {
            let reason = Self.reason(error)
            log.write(.error, "Failed to reload server configuration: \(reason)")
            throw ReloadFailure(description: reason)
        }
    }

    private struct ReloadFailure: Error, CustomStringConvertible {
        let description: String
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        // In words alone, without what stands in the file.
        case let error as ConfigurationError:
            error.problems.map { "\($0.position): \($0.message)" }.joined(separator: "; ")
        case let failure as CommandFailure: failure.message
        case let failure as BrokerStartError: failure.message
        default: "\(error)"
        }
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
}

/// Why a file cannot be read that a configuration names: the reason alone, since the path stands in the configuration.
private struct UnreadableFile: Error, CustomStringConvertible {
    let description: String

    init(_ path: String, _ error: any Error) {
        let message = (error as? AdministrationError)?.message ?? "\(error)"
        let prefix = "cannot read \(path): "
        description = message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message
    }
}
