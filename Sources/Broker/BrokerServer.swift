public import Authorization
public import NIOCore
import NIOPosix

/// A running broker: one listener for clients.
///
///     let server = try await BrokerServer.start(configuration, decisions: sink, environment: environment)
///     print(server.address)
///     try await server.stop()
public final class BrokerServer: Sendable {
    /// Where clients connect: the port is the real one, also when any free port was asked for.
    public let address: SocketAddress
    /// The server's public key, as in its INFO line.
    public let id: String

    let loops: BrokerLoops
    private let listener: any Channel

    /// What clients find as the server's version.
    public static let version = ServerIdentity.version

    /// Connections are spread over no more loops than this: every loop keeps a replica of all interest.
    private static let mostLoops = 16

    private init(loops: BrokerLoops, listener: any Channel, address: SocketAddress) {
        self.loops = loops
        id = loops.context.identity.id
        self.listener = listener
        self.address = address
    }

    /// Checks whether a broker could start with a configuration, as far as that does not depend on the system.
    public static func check(_ settings: BrokerConfiguration) throws(BrokerStartError) {
        let mode = try BrokerMode(settings)
        // What a folder or another server has is known when the broker starts.
        if settings.operators.isEmpty || settings.resolver == .memory { try mode.requireSystemAccount() }
    }

    /// Starts a broker and returns when it listens.
    ///
    /// - Parameters:
    ///   - settings: port 0 stands for any free port.
    ///   - decisions: gets every decision it wants, on all of the broker's event loops at once.
    ///   - loops: how many event loops share the connections, 1 to 16; nil for one on each core.
    /// - Throws: ``BrokerStartError`` when operators or accounts are not in order; `IOError` when the address cannot be
    ///   listened on.
    public static func start(
        _ settings: BrokerConfiguration, decisions: (any DecisionSink)? = nil, environment: BrokerEnvironment,
        loops: Int? = nil
    ) async throws -> BrokerServer {
        try refuseUnenforced(settings)
        let (resolver, accounts) =
            settings.operators.isEmpty
            ? (.memory, settings.preloadedAccounts)
            : try await AccountResolver.open(
                settings, systemAccount: OperatorMode.systemAccount(settings), environment: environment)
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
        let loops = try await BrokerLoops.start(
            settings, mode, resolver: resolver, decisions: decisions, environment: environment, count: count)
        do {
            let listener = try await loops.listen()
            guard let address = listener.localAddress else { throw ChannelError.unknownLocalAddress }
            return BrokerServer(loops: loops, listener: listener, address: address)
        } catch {
            try? await loops.shutDown()
            throw error
        }
    }

    static func refuseUnenforced(_ settings: BrokerConfiguration) throws(BrokerStartError) {
        guard let problem = settings.unenforced.first else { return }
        throw BrokerStartError(message: "\(problem.position): \(problem.message)", remedy: problem.remedy)
    }

    /// Stops listening, ends all connections and returns when everything is released.
    public func stop() async throws {
        try? await listener.close()
        try await loops.stop()
    }
}
