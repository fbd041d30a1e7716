import Authorization
import NIOCore
import NIOSSL
import NIOTLS

/// Puts TLS on a connection, as ``TLSEntrance`` decides, and tells the handlers behind it. Leaves when the client may
/// speak.
final class TLSEntranceHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let tls: ServerTLS
    private let allowsPlain: Bool
    private let environment: BrokerEnvironment
    private let isForWebSockets: Bool
    private var entrance: TLSEntrance
    private var secured: NIOSSLServerHandler?
    private let hello = ServerHelloReader()
    /// What came before it could be used: while the greeting is on its way.
    private var held: ByteBuffer?
    private var isGreetingOnItsWay = false
    /// Whether the handshake has been counted that this connection is about to make.
    private var isCounted = false
    private var hasFailed = false
    private var timers: [Scheduled<Void>] = []

    init(tls: ServerTLS, allowsPlain: Bool, isForWebSockets: Bool, environment: BrokerEnvironment) {
        self.isForWebSockets = isForWebSockets
        self.tls = tls
        self.allowsPlain = allowsPlain
        self.environment = environment
        entrance = TLSEntrance(first: tls.handshakeFirst, allowsPlain: allowsPlain)
    }

    // MARK: What happens

    func channelActive(context: ChannelHandlerContext) {
        schedule(in: tls.timeout + (entrance.patience ?? .zero), context) { $0.entrance.timedOut() }
        if let patience = entrance.patience { schedule(in: patience, context) { $0.entrance.patienceEnded() } }
        perform(entrance.begin(), context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if secured != nil {
            // Nothing comes through a handshake that is not finished but what belongs to it.
            context.fireChannelRead(data)
            return
        }
        var bytes = unwrapInboundIn(data)
        if held == nil { held = bytes } else { held?.writeBuffer(&bytes) }
        if !isGreetingOnItsWay { decide(context) }
    }

    private func decide(_ context: ChannelHandlerContext) {
        guard let first = held?.getInteger(at: held?.readerIndex ?? 0, as: UInt8.self) else { return }
        perform(entrance.received(first: first), context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case TLSUserEvent.handshakeCompleted = event else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        perform(entrance.secured(), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !hasFailed { tell(.error, "error: \(Self.reason(error))", context) }
        hasFailed = true
        context.close(promise: nil)
    }

    /// What the library says about a failure, without its numbers and the places in its sources.
    static func reason(_ error: any Error) -> String {
        let text = "\(error)"
        let words = text.split(whereSeparator: { $0 == " " || $0 == ":" })
        guard let marker = words.lastIndex(of: "OPENSSL_internal"), marker + 1 < words.count else { return text }
        return words[marker + 1].lowercased()
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancelTimers()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        cancelTimers()
    }

    // MARK: What is done about it

    private func perform(_ action: TLSEntrance.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .nothing: break
        case .greet: greet(context)
        case .secure: secure(context)
        case .greetAndClose: greet(context) { $0.refusePlain($1) }
        case .open: open(context)
        case .greetAndOpen:
            context.fireChannelActive()
            open(context)
        case .close: refusePlain(context)
        }
    }

    private func refusePlain(_ context: ChannelHandlerContext) {
        // As often a probe as a mistake.
        let reason = held == nil ? "timeout" : "error: tls: first record does not look like a TLS handshake"
        if !hasFailed { tell(.debug, reason, context) }
        hasFailed = true
        context.close(promise: nil)
    }

    /// Begins the session. Its first words leave when the turn of the loop ends, and nothing may be in front of them.
    private func greet(
        _ context: ChannelHandlerContext,
        then: @escaping (TLSEntranceHandler, ChannelHandlerContext) -> Void = { $0.decide($1) }
    ) {
        isGreetingOnItsWay = true
        context.fireUserInboundEventTriggered(EntranceStep.securing)
        context.fireChannelActive()
        // Behind the end of the turn, which is in the loop's queue by now.
        context.eventLoop.assumeIsolated().execute {
            self.isGreetingOnItsWay = false
            guard context.channel.isActive, self.allowsPlain || self.mayShakeHands(context) else { return }
            then(self, context)
        }
    }

    private func secure(_ context: ChannelHandlerContext) {
        guard secured == nil, let held else { return }
        guard mayShakeHands(context) else { return }
        self.held = nil
        let handler = tls.makeHandler()
        secured = handler
        do {
            try context.pipeline.syncOperations.addHandlers([hello, handler], position: .before(self))
            // From the front, so that it comes to the new handler.
            context.pipeline.fireChannelRead(held)
            context.pipeline.fireChannelReadComplete()
        } catch {
            context.close(promise: nil)
        }
    }

    /// Counts the handshake, and turns the client away if there have been too many in this second.
    private func mayShakeHands(_ context: ChannelHandlerContext) -> Bool {
        guard !isCounted, let rate = tls.rate else { return true }
        isCounted = true
        if rate.admits(now: .now()) { return true }
        environment.log(.info, "\(label(context)): rejected connection: TLS connection rate limit")
        let text = ByteBuffer(string: "-ERR 'Connection throttling is active. Please try again later.'\r\n")
        context.writeAndFlush(NIOAny(text)).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        return false
    }

    private func open(_ context: ChannelHandlerContext) {
        cancelTimers()
        var certificate: CertificateIdentity?
        var security: ClientSecurity?
        if let secured {
            let peer = secured.peerCertificate
            guard tls.accepts(peer) else {
                tell(.error, "error: certificate not pinned", context)
                context.close(promise: nil)
                return
            }
            certificate = peer.map { CertificateIdentity($0) }
            security = tls.security(
                isNewest: secured.tlsVersion == .tlsv13, cipher: hello.cipher.map(ServerHello.name) ?? "", peer)
        }
        context.fireUserInboundEventTriggered(EntranceStep.opened(certificate: certificate, security))
        if let held {
            self.held = nil
            context.fireChannelRead(wrapInboundOut(held))
            context.fireChannelReadComplete()
        }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    // MARK: Time

    private func schedule(
        in delay: Duration, _ context: ChannelHandlerContext,
        _ step: @escaping (TLSEntranceHandler) -> TLSEntrance.Action
    ) {
        let timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) { [weak self] in
            guard let self, context.channel.isActive else { return }
            perform(step(self), context)
        }
        timers.append(timer)
    }

    private func cancelTimers() {
        for timer in timers { timer.cancel() }
        timers = []
    }

    /// Says why there is no handshake: of the session, where there is one.
    private func tell(_ level: BrokerEnvironment.LogLevel, _ reason: String, _ context: ChannelHandlerContext) {
        if isForWebSockets {
            let kind = reason.hasPrefix("error") ? "error" : "timeout"
            let words = reason.dropFirst("error: ".count)
            let end = kind == "error" ? ": \(words)" : ""
            environment.log(.error, "websocket: TLS handshake \(kind) from \(label(context))\(end)")
        } else if entrance.hasGreeted {
            context.fireUserInboundEventTriggered(EntranceStep.failed(reason, level))
        } else {
            environment.log(level, "\(label(context)) - TLS handshake \(reason)")
        }
    }

    private func label(_ context: ChannelHandlerContext) -> String {
        context.channel.remoteAddress?.shownInLog ?? "local"
    }
}
