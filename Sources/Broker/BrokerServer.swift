public import Authorization
public import NIOCore
import NIOPosix

/// A running broker: one listener for clients, in operator mode.
///
///     let server = try await BrokerServer.start(configuration, decisions: sink, environment: environment)
///     print(server.address)
///     try await server.stop()
public final class BrokerServer: Sendable {
    /// Where clients connect: the port is the real one, also when any free port was asked for.
    public let address: SocketAddress
    /// The server's public key, as in its INFO line.
    public let id: String

    private let core: NIOLoopBound<BrokerCore>
    private let listener: any Channel
    private let group: MultiThreadedEventLoopGroup
    private let signatures: NIOThreadPool

    /// What clients find as the server's version.
    public static let version = ServerIdentity.version

    /// How often time-dependent things are looked at.
    private static let tick = TimeAmount.milliseconds(250)

    private init(
        core: NIOLoopBound<BrokerCore>, id: String, listener: any Channel, address: SocketAddress,
        group: MultiThreadedEventLoopGroup, signatures: NIOThreadPool
    ) {
        self.core = core
        self.id = id
        self.listener = listener
        self.address = address
        self.group = group
        self.signatures = signatures
    }

    /// Checks whether a broker could start with a configuration, as far as that does not depend on the system.
    public static func check(_ settings: BrokerConfiguration) throws(BrokerStartError) {
        _ = try OperatorMode(settings)
    }

    /// Starts a broker and returns when it listens.
    ///
    /// - Parameters:
    ///   - settings: port 0 stands for any free port.
    ///   - decisions: gets every decision it wants, on the broker's event loop.
    /// - Throws: ``BrokerStartError`` when operators or accounts are not in order; `IOError` when the address cannot be
    ///   listened on.
    public static func start(
        _ settings: BrokerConfiguration, decisions: (any DecisionSink)? = nil, environment: BrokerEnvironment
    ) async throws -> BrokerServer {
        if let problem = settings.unenforced.first {
            throw BrokerStartError(message: "\(problem.position): \(problem.message)", remedy: problem.remedy)
        }
        let mode = try OperatorMode(settings)
        for warning in mode.warnings { environment.log(.warning, warning) }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let signatures = NIOThreadPool(numberOfThreads: 2)
        signatures.start()
        let eventLoop = group.next()
        let (core, id) = try await eventLoop.submit {
            let core = BrokerCore(
                settings: settings, mode: mode, decisions: DecisionRecorder(decisions), environment: environment,
                eventLoop: eventLoop, signatures: signatures)
            return (NIOLoopBound(core, eventLoop: eventLoop), core.identity.id)
        }.get()
        do {
            let listener = try await listen(settings, core, on: group, environment)
            guard let address = listener.localAddress else { throw ChannelError.unknownLocalAddress }
            eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { _ in core.value.tick() }
            return BrokerServer(
                core: core, id: id, listener: listener, address: address, group: group, signatures: signatures)
        } catch {
            try? await signatures.shutdownGracefully()
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private static func listen(
        _ settings: BrokerConfiguration, _ core: NIOLoopBound<BrokerCore>, on group: MultiThreadedEventLoopGroup,
        _ environment: BrokerEnvironment
    ) async throws -> any Channel {
        try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 64 << 10))
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptPause(environment: environment))
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ClientHandler(core: core.value))
                }
            }
            .bind(host: settings.host, port: settings.port)
            .get()
    }

    /// Stops listening, ends all connections and returns when everything is released.
    public func stop() async throws {
        try? await listener.close()
        let core = core
        try await core.eventLoop.submit { core.value.stop() }.get()
        try await signatures.shutdownGracefully()
        try await group.shutdownGracefully()
    }
}

extension BrokerCore {
    /// Ends all connections; nobody new is let in.
    func stop() {
        isStopping = true
        for session in Array(sessions.values) { session.close(telling: nil) }
        flush()
    }
}
