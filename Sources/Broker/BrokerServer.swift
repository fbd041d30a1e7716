public import Authorization
public import NIOCore
import NIOPosix

/// A running broker: a listener for clients, maybe one for WebSockets.
///
///     let server = try await BrokerServer.start(configuration, decisions: sink, environment: environment)
///     print(server.address)
///     try await server.stop()
public final class BrokerServer: Sendable {
    /// Where clients connect: the port is the real one, also when any free port was asked for.
    public let address: SocketAddress
    /// Where WebSockets are opened, and whether over TLS; nil without them.
    public let webSocket: (address: SocketAddress, isSecure: Bool)?
    /// Where monitoring is read over HTTP, and whether over TLS; nil without it.
    public let monitoring: (address: SocketAddress, isSecure: Bool)?
    /// The server's public key, as in its INFO line.
    public let id: String

    let loops: BrokerLoops
    let listeners: [OpenListener]
    /// Where monitoring is read; nil without it. Open as long as the server runs, also in lame duck mode.
    private let pageChannel: (any Channel)?
    let pageTerms: ListenerTerms<MonitoringListener>?

    /// What clients find as the server's version.
    public static let version = ServerIdentity.version

    /// Connections are spread over no more loops than this: every loop keeps a replica of all interest.
    private static let mostLoops = 16

    private init(
        loops: BrokerLoops, listeners: [OpenListener], address: SocketAddress,
        webSocket: (address: SocketAddress, isSecure: Bool)?,
        monitoring: (address: SocketAddress, isSecure: Bool)?, pageChannel: (any Channel)?,
        pageTerms: ListenerTerms<MonitoringListener>?
    ) {
        self.loops = loops
        id = loops.context.identity.id
        self.listeners = listeners
        self.address = address
        self.webSocket = webSocket
        self.monitoring = monitoring
        self.pageChannel = pageChannel
        self.pageTerms = pageTerms
    }

    /// Checks whether a broker could start with a configuration, as far as that does not depend on the system.
    public static func check(_ settings: BrokerConfiguration) throws(BrokerStartError) {
        let mode = try BrokerMode(settings)
        // What a folder or another server has is known when the broker starts.
        if !settings.isOperatorMode || settings.resolver == .memory { try mode.requireSystemAccount() }
    }

    /// Reads the certificates and keys that a configuration's listeners need, and says what is wrong with them.
    public static func checkListeners(_ settings: BrokerConfiguration) throws(BrokerStartError) {
        _ = try Listener.all(settings)
        _ = try ResolverTLS.configuration(settings)
        _ = try MonitoringListener(settings)
    }

    /// Starts a broker and returns when it listens.
    ///
    /// - Parameters:
    ///   - settings: port 0 stands for any free port.
    ///   - identity: who the server is; nil to have one made.
    ///   - decisions: gets every decision it wants, on all of the broker's event loops at once.
    ///   - loops: how many event loops share the connections, 1 to 16, each in its turn; nil for one on each
    ///     core, and a few connections together on one.
    /// - Throws: ``BrokerStartError`` when operators, accounts or certificates are not in order; ``ListeningError`` when an address
    ///   cannot be listened on.
    public static func start(
        _ settings: BrokerConfiguration, as identity: ServerIdentity? = nil, decisions: (any DecisionSink)? = nil,
        environment: BrokerEnvironment, loops: Int? = nil
    ) async throws -> BrokerServer {
        try refuseUnenforced(settings)
        try refuseAdvertised(settings)
        let listeners = try Listener.all(settings)
        let monitoring = try MonitoringListener(settings)
        let (resolver, accounts) =
            settings.isOperatorMode
            ? try await AccountResolver.open(
                settings, systemAccount: OperatorMode.systemAccount(settings), environment: environment)
            : (.memory, settings.preloadedAccounts)
        var settings = settings
        settings.preloadedAccounts = accounts
        let mode: BrokerMode
        do {
            mode = try BrokerMode(settings)
            try mode.requireSystemAccount()
        } catch {
            try? await resolver.shutDown()
            throw error
        }
        for warning in mode.warnings { environment.log(.warning, warning) }
        let count = min(max(loops ?? System.coreCount, 1), mostLoops)
        let isInTurn = loops != nil
        let loops: BrokerLoops
        do {
            loops = try await BrokerLoops.start(
                settings, mode, identity: identity ?? ServerIdentity(name: settings.serverName), resolver: resolver,
                decisions: decisions, environment: environment, count: count,
                isInTurn: isInTurn)
        } catch {
            try? await resolver.shutDown()
            throw error
        }
        do {
            let server = try await open(listeners, monitoring, loops)
            server.announce(settings, to: environment)
            return server
        } catch {
            try? await loops.shutDown()
            throw error
        }
    }

    static func refuseUnenforced(_ settings: BrokerConfiguration) throws(BrokerStartError) {
        guard let problem = settings.unenforced.first else { return }
        throw BrokerStartError(message: "\(problem.position): \(problem.message)", remedy: problem.remedy)
    }

    /// A host, with or without a port.
    static func refuseAdvertised(_ settings: BrokerConfiguration) throws(BrokerStartError) {
        guard let text = settings.clientAdvertise, text.contains(":"), !(text.hasPrefix("[") && text.hasSuffix("]")),
            BrokerConfigurationReader.split(text).flatMap({ Int(BrokerConfigurationReader.trimmed($0.port)) }) == nil
        else { return }
        throw BrokerStartError(
            message: "client_advertise: \"\(text)\" is no host with a port", remedy: "write it as host:port")
    }

    private static func open(
        _ listeners: [Listener], _ monitoring: MonitoringListener?, _ loops: BrokerLoops
    ) async throws -> BrokerServer {
        var open: [OpenListener] = []
        var address: SocketAddress?
        var webSocket: (address: SocketAddress, isSecure: Bool)?
        for listener in listeners {
            let opened: OpenListener
            do { opened = try await loops.listen(listener) } catch {
                let purpose: ListeningError.Purpose = listener.type == .webSocket ? .webSockets : .clients
                throw ListeningError(purpose, host: listener.host, port: listener.port, error)
            }
            open.append(opened)
            guard let found = opened.channel.localAddress else { throw ChannelError.unknownLocalAddress }
            if listener.type == .webSocket { webSocket = (found, listener.tls != nil) } else { address = found }
        }
        guard let address else { throw ChannelError.unknownLocalAddress }
        var pageChannel: (any Channel)?
        var pages: (address: SocketAddress, isSecure: Bool)?
        let pageTerms = monitoring.map { ListenerTerms<MonitoringListener>($0) }
        if let monitoring, let pageTerms {
            do { pageChannel = try await loops.listen(pageTerms) } catch {
                throw ListeningError(.monitoring, host: monitoring.host, port: monitoring.port, error)
            }
            pages = pageChannel?.localAddress.map { ($0, monitoring.tls != nil) }
        }
        loops.context.setPorts(
            ListeningPorts(clients: address.port, webSockets: webSocket?.address.port, monitoring: pages?.address.port))
        loops.context.noteCertificates(of: listeners)
        return BrokerServer(
            loops: loops, listeners: open, address: address, webSocket: webSocket, monitoring: pages,
            pageChannel: pageChannel, pageTerms: pageTerms)
    }

    /// Stops listening, ends all connections and returns when everything is released.
    public func stop() async throws {
        for listener in listeners { try? await listener.channel.close() }
        try? await pageChannel?.close()
        try await loops.stop()
    }
}
