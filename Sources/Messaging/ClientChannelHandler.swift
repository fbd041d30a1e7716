import NIOCore
import NIOSSL
import NIOTLS
import NKeys
import Wire

/// Carries out what the ``ConnectionStateMachine`` says. It lives on its channel's event loop and is used only there.
final class ClientChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let credentials: ClientCredentials
    private let options: ClientOptions
    /// When the sign-in must be over.
    private let deadline: NIODeadline
    private let security: Security
    var machine: ConnectionStateMachine
    private var parser: ServerStreamParser

    var context: ChannelHandlerContext?
    private var signInTimer: Scheduled<Void>?
    private var pingTimer: Scheduled<Void>?
    private var isFlushScheduled = false

    /// Fulfilled once: when the server let the client in, or when that failed.
    let established: EventLoopPromise<Void>
    private var isEstablished = false
    private let errors: AsyncStream<ServerError>.Continuation
    private(set) var recentErrors: [ServerError] = []

    var deliveries: [UInt64: Delivery] = [:]
    var requests = PendingTable<String, [Message]>()
    var flushes = PendingTable<UInt64, Void>()
    var writers = PendingTable<UInt64, Void>()

    /// Where a subscription's messages go.
    struct Delivery {
        let subject: String
        let limit: Int
        let continuation: AsyncThrowingStream<Message, any Error>.Continuation
    }

    /// How the connection becomes secret.
    struct Security {
        /// The name that the server's certificate must have; nil where the address must be in it.
        let hostName: String?
        /// Whether there must be TLS, whatever the server says.
        let isRequired: Bool
    }

    /// How many of the server's complaints are kept for ``recentErrors``.
    static let maximumRecentErrors = 16

    init(
        credentials: ClientCredentials, options: ClientOptions, security: Security, deadline: NIODeadline,
        established: EventLoopPromise<Void>, errors: AsyncStream<ServerError>.Continuation
    ) {
        self.security = security
        machine = ConnectionStateMachine(
            options.tls.isFirst ? .established : security.isRequired ? .required : .asTheServerSays)
        self.deadline = deadline
        self.credentials = credentials
        self.options = options
        self.established = established
        self.errors = errors
        parser = ServerStreamParser(limits: .init(payload: options.maximumMessage))
    }

    var info: ServerInfo? { machine.info }
    var closeReason: ClientError? { machine.closeReason }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func channelActive(context: ChannelHandlerContext) {
        let timeout = options.connectTimeout
        let remaining = Duration(deadline - .now())
        signInTimer = schedule(after: remaining) { $0.close(.timeout("signing in", timeout)) }
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        ended(.connectionLost)
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        ended(.connectionLost)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close(TLSFailure.reason(error).map(ClientError.handshakeFailed) ?? .connectionLost)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { perform(machine.secured()) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        parser.append(unwrapInboundIn(data).readableBytesView)
        do throws(ServerStreamError) {
            while machine.closeReason == nil, let operation = try parser.next() {
                perform(machine.received(operation))
            }
        } catch {
            close(ClientError(.protocolViolation, error.message))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flushIfNeeded()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { writers.finishAll(.success(())) }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Actions

    private func perform(_ action: ConnectionStateMachine.ReceivedAction) {
        switch action {
        case .none: break
        case .secure: secure()
        case .signIn(let info): signIn(info)
        case .established: signedIn()
        case .pong: writePong()
        case .deliver(let frame, let subscription, let isLast):
            deliver(Message(frame), to: subscription, isLast: isLast)
        case .answer(let request, let result): requests.finish(request, result)
        case .flushed(let number): flushes.finish(number, .success(()))
        case .report(let error, let refused): report(error, refused)
        case .close(let reason): close(reason)
        }
    }

    private func secure() {
        guard let context else { return }
        do {
            // What came with INFO in plain text would be read as if it had come in secret.
            guard parser.isEmpty else { throw ClientError.plainTextAfterInfo }
            try context.channel.pipeline.syncOperations.addHandler(
                ClientChannelHandler.tlsHandler(options.tls, security.hostName), position: .first)
        } catch {
            close(error as? ClientError ?? .handshakeFailed(TLSFailure.reason(error) ?? "\(error)"))
        }
    }

    /// The handler that speaks TLS.
    static func tlsHandler(_ options: TLSOptions, _ hostName: String?) throws -> NIOSSLClientHandler {
        try NIOSSLClientHandler(
            context: NIOSSLContext(configuration: options.configuration()), serverHostname: hostName)
    }

    private func signIn(_ info: ServerInfo) {
        do throws(ClientError) {
            write(try SignIn(credentials: credentials, options: options, info: info).connectLine().bytes)
            write(ClientLine.ping)
        } catch {
            close(error)
        }
    }

    private func writePong() {
        // A server that reads nothing misses nothing, and its pings must not pile up here.
        guard isWritable else { return }
        write(ClientLine.pong)
    }

    private func signedIn() {
        signInTimer?.cancel()
        isEstablished = true
        established.succeed(())
        scheduleKeepAlive()
    }

    private func scheduleKeepAlive() {
        pingTimer = schedule(after: options.pingInterval) { $0.keepAlive() }
    }

    private func keepAlive() {
        let maximum = options.maximumPingsOut
        guard let ping = try? machine.withSession({ session in session.keepAlive(maximum: maximum) }) else {
            return close(.staleConnection)
        }
        write(ping)
        scheduleKeepAlive()
    }

    private func deliver(_ message: Message, to subscription: UInt64, isLast: Bool) {
        guard let delivery = deliveries[subscription] else { return }
        if case .dropped = delivery.continuation.yield(message) {
            deliveries[subscription] = nil
            delivery.continuation.finish(throwing: ClientError.slowConsumer(delivery.subject, limit: delivery.limit))
            if !isLast { endInterest(subscription) }
        } else if isLast {
            deliveries[subscription] = nil
            delivery.continuation.finish()
        }
    }

    private func report(_ error: ServerError, _ refused: Session.Refused) {
        if recentErrors.count == Self.maximumRecentErrors { recentErrors.removeFirst() }
        recentErrors.append(error)
        errors.yield(error)
        let failure = ClientError.permissionsViolation(error.text)
        for subscription in refused.subscriptions {
            deliveries.removeValue(forKey: subscription)?.continuation.finish(throwing: failure)
        }
        for request in refused.requests { requests.finish(request, .failure(failure)) }
    }

    // MARK: The end

    /// Ends the connection for a reason; a later reason changes nothing.
    func close(_ cause: ClientError) {
        ended(cause)
        context?.close(promise: nil)
    }

    /// Tells everybody who waits. After this nobody can begin to wait: the machine throws.
    private func ended(_ cause: ClientError) {
        let reason = machine.close(cause)
        signInTimer?.cancel()
        pingTimer?.cancel()
        (signInTimer, pingTimer) = (nil, nil)
        if !isEstablished {
            isEstablished = true
            established.fail(reason)
        }
        let open = deliveries
        deliveries = [:]
        for delivery in open.values {
            // Closing is what the user asked for, so it ends the messages without an error.
            if reason.code == .closed {
                delivery.continuation.finish()
            } else {
                delivery.continuation.finish(throwing: reason)
            }
        }
        requests.finishAll(.failure(reason))
        flushes.finishAll(.failure(reason))
        writers.finishAll(.failure(reason))
        errors.finish()
    }

    // MARK: Writing

    /// Writes now and sends at the end of the loop's turn, so that many small writes become one packet.
    func write(_ bytes: [UInt8]) {
        guard let context else { return }
        context.write(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        context.eventLoop.assumeIsolated().execute { [weak self] in self?.flushIfNeeded() }
    }

    private func flushIfNeeded() {
        guard isFlushScheduled else { return }
        isFlushScheduled = false
        context?.flush()
    }

    // MARK: Timers

    /// Does something later, unless the handler is gone by then.
    func schedule(after duration: Duration, _ body: @escaping (ClientChannelHandler) -> Void) -> Scheduled<Void>? {
        context?.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(duration)) { [weak self] in
            if let self { body(self) }
        }
    }
}
