import NIOCore
import Wire

/// The socket's side of a session: hands over what is read.
final class ClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let shard: Shard
    private var session: Session?

    init(shard: Shard) {
        self.shard = shard
    }

    func channelActive(context: ChannelHandlerContext) {
        let broker = shard.context
        let session = Session(id: broker.addConnection(), shard: shard, channel: context.channel)
        shard.add(session)
        self.session = session
        if shard.isStopping {
            session.close(telling: nil)
            return
        }
        session.send(broker.identity.information(for: session))
        if broker.connectionCount > broker.settings.maximumConnections {
            session.close(telling: ErrorLine.maximumConnectionsExceeded)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Whatever other shards said before the client sent this comes first.
        shard.readMail()
        session?.receive(unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) {
        session?.disconnected()
        session = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The client has finished sending; it gets what it asked for until then, and no more.
        if case ChannelEvent.inputClosed = event { session?.finish() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
