import NIOCore
import NIOPosix
public import Wire

/// A connection to one NATS server.
///
/// It does not reconnect: when the server closes it, everything that waits throws the reason, ``closed()`` returns it,
/// and the next attempt is the caller's. A client that nobody holds any more closes its connection.
///
/// All methods throw ``ClientError`` and run on the connection's event loop.
public final actor Client {
    let channel: any Channel
    private let executor: any SerialExecutor
    let boundHandler: NIOLoopBound<ClientChannelHandler>
    let options: ClientOptions
    /// Where answers to requests come, up to the token; nobody else can guess it.
    let inbox: String
    /// Names the tasks that wait, so that one of them can be cancelled.
    private var lastWaiter: UInt64 = 0

    /// What the server complains about: permissions it refused, and what it says before it closes the connection. For
    /// one reader; of complaints that nobody reads the last 64 are kept. It ends with the connection.
    public nonisolated let errors: AsyncStream<ServerError>

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Only touched on the event loop, which is this actor's executor.
    var handler: ClientChannelHandler { boundHandler.value }

    private init(
        _ channel: any Channel, _ handler: NIOLoopBound<ClientChannelHandler>, options: ClientOptions,
        errors: AsyncStream<ServerError>
    ) {
        self.channel = channel
        executor = channel.eventLoop.executor
        boundHandler = handler
        self.options = options
        self.errors = errors
        inbox = "\(options.inboxPrefix).\(RandomToken.next())"
    }

    deinit {
        channel.close(promise: nil)
    }

    // MARK: Connecting

    /// Connects and signs in.
    ///
    /// - Throws: ``ClientError``: nothing answers, the server refuses the credentials, no end within
    ///   ``ClientOptions/connectTimeout``.
    public static func connect(
        to address: ServerAddress, credentials: ClientCredentials = .none, options: ClientOptions = ClientOptions()
    ) async throws(ClientError) -> Client {
        guard ClientLine.isSafe(options.inboxPrefix) else { throw .invalidSubject("inbox prefix") }
        let deadline = NIODeadline.now() + TimeAmount(options.connectTimeout)
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(options.connectTimeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        let connection: Connection
        do {
            connection = try await bootstrap.connect(host: address.host, port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Connection(channel, to: address, credentials: credentials, options: options, deadline: deadline)
                }
            }
        } catch {
            throw error as? ClientError ?? .cannotConnect(to: address, Self.reason(error))
        }
        let client = Client(connection.channel, connection.handler, options: options, errors: connection.errors)
        do {
            try await withTaskCancellationHandler {
                try await connection.established.get()
            } onCancel: {
                connection.channel.close(promise: nil)
            }
        } catch {
            throw Task.isCancelled ? .cancelled : error as? ClientError ?? .connectionLost
        }
        return client
    }

    /// What belongs to one channel. A name with several addresses makes several channels, of which one is used: they
    /// must have nothing in common that ends with the others.
    private struct Connection: Sendable {
        let channel: any Channel
        let handler: NIOLoopBound<ClientChannelHandler>
        let established: EventLoopFuture<Void>
        let errors: AsyncStream<ServerError>

        /// Fits out a channel, on its event loop.
        init(
            _ channel: any Channel, to address: ServerAddress, credentials: ClientCredentials, options: ClientOptions,
            deadline: NIODeadline
        ) throws {
            let (errors, continuation) = AsyncStream.makeStream(
                of: ServerError.self, bufferingPolicy: .bufferingNewest(64))
            let promise = channel.eventLoop.makePromise(of: Void.self)
            // A certificate for an address is checked against the address itself.
            let isAddress = (try? SocketAddress(ipAddress: address.host, port: 0)) != nil
            let security = ClientChannelHandler.Security(
                hostName: isAddress ? nil : address.host,
                isRequired: address.requiresTLS || !options.tls.isEmpty)
            let handler = ClientChannelHandler(
                credentials: credentials, options: options, security: security, deadline: deadline,
                established: promise, errors: continuation)
            self.channel = channel
            self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
            self.errors = errors
            established = promise.futureResult
            do {
                if options.tls.isFirst {
                    try channel.pipeline.syncOperations.addHandler(
                        ClientChannelHandler.tlsHandler(options.tls, security.hostName))
                }
                try channel.pipeline.syncOperations.addHandler(handler)
            } catch {
                promise.fail(error)
                throw error
            }
        }
    }

    /// A short reason from NIO's errors, whose own descriptions are made for developers.
    private static func reason(_ error: any Error) -> String {
        guard let error = error as? NIOConnectionError else {
            if case .connectTimeout(_)? = error as? ChannelError { return "no answer in time" }
            return "\(error)"
        }
        if let single = error.connectionErrors.first?.error {
            if case .connectTimeout(_)? = single as? ChannelError { return "no answer in time" }
            if let system = single as? IOError {
                return system.errnoCode == ECONNREFUSED ? "connection refused" : "\(system)"
            }
        }
        return "the name \"\(error.host)\" cannot be resolved"
    }

    // MARK: The server

    /// What the server last said about itself.
    public var serverInfo: ServerInfo { handler.info ?? ServerInfo() }

    /// The server's last complaints, oldest first, at most 16. After a ``flush(timeout:)`` everything is in that the
    /// server had to say to what was sent before.
    public var recentErrors: [ServerError] { handler.recentErrors }

    /// Waits for the end of the connection.
    /// - Returns: why it ended; code `closed` when this side closed it.
    @discardableResult
    public func closed() async -> ClientError {
        try? await channel.closeFuture.get()
        return handler.closeReason ?? .connectionLost
    }

    /// Closes the connection, once the server has read everything that was sent or `timeout` is over.
    public func close(within timeout: Duration = .seconds(2)) async {
        try? await flush(timeout: timeout)
        handler.close(.closed)
        try? await channel.closeFuture.get()
    }

    // MARK: Messages

    /// Sends a message. It waits while the connection is too busy to take more.
    ///
    /// A server that does not allow it says so later, in ``errors``.
    public func publish(
        _ subject: String, payload: [UInt8] = [], reply: String? = nil, headers: Headers = Headers()
    ) async throws(ClientError) {
        try await waitUntilWritable()
        try handler.publish(Publication(subject: subject, reply: reply, headers: headers, payload: payload))
    }

    /// Waits until the server has read everything that was sent before.
    public func flush(timeout: Duration = .seconds(5)) async throws(ClientError) {
        let (bound, loop) = (boundHandler, channel.eventLoop)
        lastWaiter += 1
        let number = lastWaiter
        try await withTaskCancellationHandler {
            await withCheckedContinuation { self.handler.flush(number, timeout: timeout, $0) }
        } onCancel: {
            loop.execute { bound.value.flushes.finish(number, .failure(.cancelled)) }
        }.get()
    }

    private func waitUntilWritable() async throws(ClientError) {
        guard !handler.isWritable else { return }
        let (bound, loop) = (boundHandler, channel.eventLoop)
        lastWaiter += 1
        let number = lastWaiter
        try await withTaskCancellationHandler {
            await withCheckedContinuation { self.handler.awaitWritability(number, $0) }
        } onCancel: {
            loop.execute { bound.value.writers.finish(number, .failure(.cancelled)) }
        }.get()
    }

    // MARK: Subscriptions

    /// Subscribes. The server has not confirmed it when this returns; ``flush(timeout:)`` waits for that, and a
    /// subscription that the server does not allow ends with an error.
    ///
    /// - Parameters:
    ///   - queue: the queue group, whose members share the messages.
    ///   - bufferLimit: how many messages may wait to be read, at least 1; see ``Subscription``.
    public func subscribe(
        _ subject: String, queue: String? = nil, bufferLimit: Int = 8192
    ) throws(ClientError) -> Subscription {
        let limit = max(1, bufferLimit)
        let (messages, continuation) = AsyncThrowingStream.makeStream(
            of: Message.self, throwing: (any Error).self, bufferingPolicy: .bufferingOldest(limit))
        let number = try handler.subscribe(subject, queue: queue, limit: limit, continuation)
        let (handler, loop) = (boundHandler, channel.eventLoop)
        continuation.onTermination = { reason in
            guard case .cancelled = reason else { return }
            loop.execute { handler.value.unsubscribe(number, after: nil) }
        }
        return Subscription(subject: subject, queue: queue, number: number, client: self, messages: messages)
    }

    func unsubscribe(_ subscription: UInt64, after maximum: Int?) {
        handler.unsubscribe(subscription, after: maximum)
    }
}
