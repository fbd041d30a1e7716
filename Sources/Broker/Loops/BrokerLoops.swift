import Authorization
import NIOCore
import NIOPosix

/// The threads of a running broker: the shards' event loops, the control plane's, and the pools for signatures and
/// pages.
final class BrokerLoops: Sendable {
    let context: BrokerContext
    private let control: ControlAddress
    private let controlGroup: MultiThreadedEventLoopGroup
    private let shardGroup: MultiThreadedEventLoopGroup
    /// Every shard, by its event loop.
    private let shards: [ObjectIdentifier: NIOLoopBound<Shard>]
    /// Nil where connections go to the loops in turn.
    private let placement: NIOLoopBound<LoopPlacement>?

    /// How often time-dependent things are looked at.
    private static let tick = TimeAmount.milliseconds(250)

    private init(
        context: BrokerContext, control: ControlAddress, controlGroup: MultiThreadedEventLoopGroup,
        shardGroup: MultiThreadedEventLoopGroup, shards: [ObjectIdentifier: NIOLoopBound<Shard>],
        placement: NIOLoopBound<LoopPlacement>?
    ) {
        self.context = context
        self.control = control
        self.controlGroup = controlGroup
        self.shardGroup = shardGroup
        self.shards = shards
        self.placement = placement
    }

    /// Starts all loops and makes the shards and the control plane known to each other. Nothing is left running where this
    /// throws, but for the resolver, which is the caller's then.
    static func start(
        _ settings: BrokerConfiguration, _ mode: BrokerMode, identity: ServerIdentity, resolver: AccountResolver,
        decisions: (any DecisionSink)?, environment: BrokerEnvironment, count: Int, isInTurn: Bool
    ) async throws -> BrokerLoops {
        let signatures = NIOThreadPool(numberOfThreads: max(2, System.coreCount))
        signatures.start()
        let pageWriting = NIOThreadPool(numberOfThreads: 1)
        pageWriting.start()
        let context = BrokerContext(
            identity: identity, settings: settings, mode: mode, resolver: resolver, decisions: decisions,
            environment: environment,
            signatures: signatures, pageWriting: pageWriting)
        let controlGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let shardGroup = MultiThreadedEventLoopGroup(numberOfThreads: count)
        do {
            return try await assemble(context, mode, controlGroup, shardGroup, count: count, isInTurn: isInTurn)
        } catch {
            try? await signatures.shutdownGracefully()
            try? await pageWriting.shutdownGracefully()
            try? await shardGroup.shutdownGracefully()
            try? await controlGroup.shutdownGracefully()
            throw error
        }
    }

    private static func assemble(
        _ context: BrokerContext, _ mode: BrokerMode, _ controlGroup: MultiThreadedEventLoopGroup,
        _ shardGroup: MultiThreadedEventLoopGroup, count: Int, isInTurn: Bool
    ) async throws -> BrokerLoops {
        let controlLoop = controlGroup.next()
        let (plane, states) = try await controlLoop.submit {
            let plane = ControlPlane(context, on: controlLoop, accounts: mode.accounts)
            return (NIOLoopBound(plane, eventLoop: controlLoop), plane.states)
        }.get()
        let control = ControlAddress(plane)

        var shards: [ObjectIdentifier: NIOLoopBound<Shard>] = [:]
        var addresses: [ShardAddress] = []
        for (index, eventLoop) in shardGroup.makeIterator().enumerated() {
            let mailbox = Mailbox()
            let shard = try await eventLoop.submit {
                let shard = Shard(
                    index: index, eventLoop: eventLoop, context: context, control: control, mailbox: mailbox,
                    accounts: states)
                return NIOLoopBound(shard, eventLoop: eventLoop)
            }.get()
            shards[ObjectIdentifier(eventLoop)] = shard
            addresses.append(ShardAddress(shard, index: index, mailbox: mailbox, shards: count))
        }
        let peers = addresses
        for shard in shards.values {
            try await shard.eventLoop.submit { shard.value.meet(peers) }.get()
            shard.eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { _ in shard.value.tick() }
        }
        let placement = try await controlLoop.submit {
            plane.value.meet(peers)
            plane.value.startClock()
            return isInTurn ? nil : NIOLoopBound(LoopPlacement(shardGroup), eventLoop: controlLoop)
        }.get()
        return BrokerLoops(
            context: context, control: control, controlGroup: controlGroup, shardGroup: shardGroup, shards: shards,
            placement: placement)
    }

    /// Opens a listener. Connections are accepted on the control plane's loop and spread over the shards.
    func listen(_ listener: Listener) async throws -> OpenListener {
        let (shards, context, environment, placement) = (shards, context, context.environment, placement)
        let terms = ListenerTerms<Listener>(listener)
        let channel = try await ServerBootstrap(group: controlGroup, childGroup: shardGroup)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            // Little until the client has shown that it sends much, which nobody can before signing in.
            .childChannelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 4096, maximum: 64 << 10)
            )
            // Writable only if nothing waits.
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 1, high: 1))
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptPause(environment: environment))
                    guard let placement else { return }
                    try channel.pipeline.syncOperations.addHandler(PlacementHandler(placement.value))
                }
            }
            .childChannelInitializer { channel in
                channel.closeFuture.whenComplete { _ in context.removeSocket() }
                guard context.addSocket() else { return channel.close() }
                return channel.eventLoop.makeCompletedFuture {
                    guard let shard = shards[ObjectIdentifier(channel.eventLoop)] else {
                        throw ChannelError.operationUnsupported
                    }
                    try terms.present.addHandlers(to: channel, shard: shard.value)
                }
            }
            .bind(host: listener.host, port: listener.port)
            .get()
        return OpenListener(channel: channel, terms: terms)
    }

    /// Opens the listener for those who read pages.
    func listen(_ terms: ListenerTerms<MonitoringListener>) async throws -> any Channel {
        try await MonitoringListener.bind(terms, control, context: context)
    }

    /// Puts another configuration in force, and returns how many connections that ended when every loop has done so.
    func reload(_ settings: BrokerConfiguration, _ mode: BrokerMode) async throws -> Int {
        let done = control.eventLoop.makePromise(of: Int.self)
        control.execute { $0.reload(settings, mode) { done.succeed($0) } }
        return try await done.futureResult.get()
    }

    /// Sends everybody away in time, and returns when all have been told, or the broker is stopped.
    func goLame() async throws {
        let over = control.eventLoop.makePromise(of: Void.self)
        control.execute { $0.goLame { over.succeed(()) } }
        try await over.futureResult.get()
    }

    /// Ends all connections, and returns when everything is released.
    func stop() async throws {
        let stopped = control.eventLoop.makePromise(of: Void.self)
        control.execute { $0.stop { stopped.succeed(()) } }
        try await stopped.futureResult.get()
        try await shutDown()
    }

    func shutDown() async throws {
        try await context.resolver.shutDown()
        try await context.signatures.shutdownGracefully()
        try await context.pageWriting.shutdownGracefully()
        try await shardGroup.shutdownGracefully()
        try await controlGroup.shutdownGracefully()
    }
}
