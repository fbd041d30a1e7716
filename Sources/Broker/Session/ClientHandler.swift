import NIOCore
import Wire

/// The socket's side of a session: hands over what is read, and flushes once per turn of the loop.
final class ClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let core: BrokerCore
    private var session: Session?

    init(core: BrokerCore) {
        self.core = core
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        let session = core.addSession { Session(id: $0, core: core, channel: channel, now: core.monotonicNow) }
        self.session = session
        if core.isStopping {
            session.close(telling: nil)
            return
        }
        session.send(core.identity.information(for: session, settings: core.settings))
        if core.sessions.count > core.settings.maximumConnections {
            session.close(telling: ErrorLine.maximumConnectionsExceeded)
        }
        core.flush()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        session?.receive(unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        core.flush()
    }

    func channelInactive(context: ChannelHandlerContext) {
        session?.disconnected()
        session = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The client has finished sending; it gets what it asked for until then, and no more.
        if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
