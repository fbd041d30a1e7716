import Administration
import ArgumentParser
import Broker
import Glibc

/// nats-server's flags. Those that say something go before the configuration file.
struct BrokerOptions: ParsableArguments {
    @Option(
        name: [.customShort("a"), .customLong("addr"), .customLong("net")],
        help: ArgumentHelp("The address to listen on.", valueName: "host"))
    var address: String?
    @Option(name: .shortAndLong, help: "The port to listen on; -1 takes any free one.")
    var port: Int?
    @Option(name: [.customShort("n"), .customLong("name"), .customLong("server_name")], help: "The server's name.")
    var name: String?
    @Option(
        name: .customLong("client_advertise"),
        help: ArgumentHelp("What other servers tell clients.", valueName: "host:port"))
    var clientAdvertise: String?
    @Option(
        name: [.customShort("m"), .customLong("http_port")],
        help: ArgumentHelp("The port of monitoring over HTTP.", valueName: "port"))
    var httpPort: Int?
    @Option(
        name: [.customLong("ms", withSingleDash: true), .customLong("https_port")],
        help: ArgumentHelp("The port of monitoring over HTTPS.", valueName: "port"))
    var httpsPort: Int?
    @Option(
        name: [.customShort("P"), .customLong("pid")],
        help: ArgumentHelp("Write the process number here.", valueName: "file"))
    var pidFile: String?
    @Option(
        name: .customLong("ports_file_dir"),
        help: ArgumentHelp("Write a file with the ports into this folder.", valueName: "dir"))
    var portsFileDirectory: String?

    @Option(name: [.customShort("l"), .customLong("log")], help: ArgumentHelp("The log.", valueName: "file"))
    var logFile: String?
    @Option(
        name: .customLong("log_size_limit"),
        help: ArgumentHelp("Begin a new log after so many bytes.", valueName: "bytes"))
    var logSizeLimit: Int?
    @Option(
        name: .customLong("max_traced_msg_len"),
        help: ArgumentHelp("Bytes of a message that a trace shows.", valueName: "bytes"))
    var maximumTracedMessage: Int?
    @Flag(
        name: [.customShort("T"), .customLong("logtime")], inversion: .prefixedNo,
        help: "Begin log lines with the time."
    )
    var logTime: Bool?
    @Flag(name: .customLong("logtime_utc"), inversion: .prefixedNo, help: "Log times in UTC.")
    var logTimeUTC: Bool?
    @Flag(name: [.customShort("D"), .customLong("debug")], inversion: .prefixedNo, help: "Log more.")
    var debug: Bool?
    @Flag(
        name: [.customShort("V"), .customLong("trace")], inversion: .prefixedNo,
        help: "Trace the protocol; -DV and -DVV do both, and -VV traces the system account too.")
    var trace: Bool?
    @Flag(name: .customLong("trace_verbose"), inversion: .prefixedNo, help: .hidden)
    var traceVerbose: Bool?

    @Option(help: "The name of the only user.")
    var user: String?
    @Option(help: ArgumentHelp("The password of the only user.", valueName: "password"))
    var pass: String?
    @Option(help: ArgumentHelp("A token that lets in whoever has it.", valueName: "token"))
    var auth: String?

    @Flag(inversion: .prefixedNo, help: "Offer TLS.")
    var tls: Bool?
    @Flag(name: .customLong("tlsverify"), inversion: .prefixedNo, help: "Offer TLS and ask for certificates.")
    var tlsVerify: Bool?
    @Option(name: .customLong("tlscert"), help: ArgumentHelp("The server's certificate.", valueName: "file"))
    var tlsCertificate: String?
    @Option(name: .customLong("tlskey"), help: ArgumentHelp("The certificate's key.", valueName: "file"))
    var tlsKey: String?
    @Option(
        name: .customLong("tlscacert"),
        help: ArgumentHelp("The authorities of clients' certificates.", valueName: "file"))
    var tlsAuthority: String?

    /// The file's settings, with the words of the command line over them.
    func applied(to file: BrokerConfiguration) throws -> BrokerConfiguration {
        var configuration = file
        if let address, !address.isEmpty { configuration.host = address }
        if let port { configuration.port = try Self.listening(port, "-p") ?? BrokerConfiguration().port }
        if let name, name.contains(where: \.isWhitespace) {
            throw CommandFailure(
                message: "server name cannot contain spaces", remedy: "choose another name with -n")
        }
        if let name { configuration.serverName = name.isEmpty ? nil : name }
        if let clientAdvertise { configuration.clientAdvertise = clientAdvertise.isEmpty ? nil : clientAdvertise }
        if let pidFile { configuration.pidFile = pidFile.isEmpty ? nil : pidFile }
        if let portsFileDirectory {
            configuration.portsFileDirectory = portsFileDirectory.isEmpty ? nil : portsFileDirectory
        }
        try applyMonitoring(to: &configuration)
        applyLogging(to: &configuration)
        try applyAuthorization(to: &configuration)
        try applyTLS(to: &configuration)
        return configuration
    }

    /// 1 to 65535, or 0 for any; nil for the default.
    private static func listening(_ port: Int, _ flag: String) throws -> Int? {
        guard (-1...65_535).contains(port) else {
            throw ValidationError("\(flag) takes a port from 0 to 65535, or -1 for any free one.")
        }
        return port == 0 ? nil : max(port, 0)
    }

    private func applyMonitoring(to configuration: inout BrokerConfiguration) throws {
        for (flag, port, isSecure) in [("-m", httpPort, false), ("-ms", httpsPort, true)] {
            guard let port else { continue }
            let present = configuration.monitoring
            guard let port = try Self.listening(port, flag) else {
                if present?.isSecure == isSecure { configuration.monitoring = nil }
                continue
            }
            if let present, present.isSecure != isSecure {
                throw CommandFailure(
                    message: "monitoring over HTTP and over HTTPS exclude each other", remedy: "choose one of them")
            }
            configuration.monitoring = MonitoringConfiguration(host: present?.host, port: port, isSecure: isSecure)
            if let path = present?.basePath { configuration.monitoring?.basePath = path }
        }
    }

    private func applyLogging(to configuration: inout BrokerConfiguration) {
        if let debug { configuration.debug = debug }
        if let trace { configuration.trace = trace }
        if let traceVerbose { configuration.logging.tracesSystem = traceVerbose }
        if let logTime { configuration.logTime = logTime }
        if let logTimeUTC { configuration.logging.usesUTC = logTimeUTC }
        if let logFile { configuration.logging.file = logFile.isEmpty ? nil : logFile }
        if let logSizeLimit { configuration.logging.sizeLimit = logSizeLimit > 0 ? logSizeLimit : nil }
        if let maximumTracedMessage {
            configuration.logging.maximumTracedMessage = maximumTracedMessage > 0 ? maximumTracedMessage : nil
        }
    }

    // MARK: Signing in

    private func applyAuthorization(to configuration: inout BrokerConfiguration) throws {
        let given = [("--user", user), ("--pass", pass), ("--auth", auth)].first { $0.1?.isEmpty == false }
        guard let flag = given?.0 else { return }
        guard !configuration.isOperatorMode else {
            throw CommandFailure(
                message: "\(flag): with an operator, users sign in with JWTs alone", remedy: "remove \(flag)")
        }
        var authorization = configuration.authorization ?? AuthorizationConfiguration()
        if let user, !user.isEmpty { authorization.user = user }
        if let pass, !pass.isEmpty { authorization.password = ConfigurationSecret(pass) }
        if let auth, !auth.isEmpty { authorization.token = ConfigurationSecret(auth) }
        guard authorization.users == nil, configuration.accounts.allSatisfy(\.users.isEmpty) else {
            throw CommandFailure(
                message: "\(flag): the configuration has a list of users", remedy: "add the user there")
        }
        guard authorization.token == nil || authorization.user == nil && authorization.password == nil else {
            throw CommandFailure(
                message: "\(flag): a token and a user exclude each other", remedy: "keep one of --auth and --user")
        }
        guard authorization.password == nil || authorization.user != nil else {
            throw CommandFailure(
                message: "\(flag): a password without a user lets everybody in", remedy: "give --user too")
        }
        configuration.authorization = authorization
    }

    private func applyTLS(to configuration: inout BrokerConfiguration) throws {
        if tls == false {
            configuration.tls = nil
            return
        }
        let isAsked = tls == true || tlsVerify != nil || tlsCertificate != nil || tlsKey != nil || tlsAuthority != nil
        guard isAsked else { return }
        guard let certificate = tlsCertificate, let key = tlsKey else {
            throw CommandFailure(
                message: "TLS needs a certificate and its key", remedy: "give --tlscert and --tlskey, files in PEM")
        }
        for (flag, path) in [("--tlscert", certificate), ("--tlskey", key), ("--tlscacert", tlsAuthority ?? "")]
        where !path.isEmpty {
            guard let reason = PrivateFile.reasonUnreadable(path) else { continue }
            throw CommandFailure(
                message: "\(flag): \(path) cannot be read: \(reason)",
                remedy: "give the path of a PEM file that the user of the broker may read")
        }
        var tls = TLSConfiguration()
        tls.certificates = [.init(certificate: certificate, key: key)]
        tls.authorityFile = tlsAuthority
        tls.verifiesClients = tlsVerify ?? false
        if configuration.tls == nil, configuration.authorizationTimeout == BrokerConfiguration().authorizationTimeout {
            // Signing in begins behind the handshake.
            configuration.authorizationTimeout = tls.timeout + .seconds(1)
        }
        configuration.tls = tls
    }
}
