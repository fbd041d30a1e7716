import NIOCore
import NIOSSL
import Wire

/// The socket's side of a session: hands over what is read.
final class ClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let shard: Shard
    private let listener: Listener
    private var entrance = Entrance()
    private var session: Session?

    init(shard: Shard, listener: Listener) {
        self.shard = shard
        self.listener = listener
    }

    func channelActive(context: ChannelHandlerContext) {
        let broker = shard.context
        let session = Session(
            id: broker.addConnection(), shard: shard, channel: context.channel, listener: listener, entrance: entrance)
        shard.add(session)
        self.session = session
        session.log(.debug, "Client connection created")
        if shard.isStopping {
            session.close(.serverShutdown, telling: nil)
            return
        }
        session.send(broker.identity.information(for: session))
        if broker.isFull {
            session.log(.error, ErrorLine.maximumConnectionsExceeded)
            session.close(.maximumConnectionsExceeded, telling: ErrorLine.maximumConnectionsExceeded)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        outsideWrites { handler in
            // Whatever other shards said before the client sent this comes first.
            handler.shard.readMail()
            handler.session?.receive(bytes)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        outsideWrites { handler in
            handler.session?.disconnected()
            handler.session = nil
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let step as EntranceStep: take(step)
        // The client has finished sending; it gets what it asked for until then, and no more.
        case ChannelEvent.inputClosed: outsideWrites { $0.session?.finish() }
        default: break
        }
    }

    private func take(_ step: EntranceStep) {
        switch step {
        case .source(let source): entrance.source = source
        case .securing: entrance.isSecuring = true
        case .upgraded(let arrival): entrance.webSocket = arrival
        case .opened(let certificate, let security):
            entrance.certificate = certificate
            entrance.security = security
            outsideWrites { $0.session?.open(certificate, security) }
        case .failed(let reason, let level): session?.log(level, "TLS handshake \(reason)")
        }
    }

    /// Does something for the session, but never in the middle of a write: a socket whose write fails hands over what it
    /// has read before it closes, while the session that writes, and perhaps one that routes to it, is in use.
    private func outsideWrites(_ work: @escaping (ClientHandler) -> Void) {
        guard shard.isWriting else { return work(self) }
        shard.eventLoop.assumeIsolated().execute { work(self) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A client that hangs up without TLS's goodbye: that it has finished sending comes as an event of its own.
        if case NIOSSLError.uncleanShutdown = error { return }
        if error is IOError { session?.failure = .readError }
        context.close(promise: nil)
    }
}
