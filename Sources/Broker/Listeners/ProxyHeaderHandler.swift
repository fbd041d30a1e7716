import Authorization
import NIOCore

/// Waits for a PROXY header in front of a connection, where the one who is connected may send one (rule S12), and tells
/// the handlers behind it whom the connection is for. They hear of the connection when that is known. Whoever may send a
/// header has to: a client behind a proxy that adds none could otherwise write one itself.
final class ProxyHeaderHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let environment: BrokerEnvironment
    private var received: ByteBuffer?
    private var timer: Scheduled<Void>?
    private var isDone = false

    /// A proxy sends the header before anything else, so there is no reason to wait for long.
    private static let patience = TimeAmount.seconds(1)

    init(environment: BrokerEnvironment) {
        self.environment = environment
    }

    func channelActive(context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { [weak self] in
            self?.refuse("no PROXY header came", context)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return context.fireChannelRead(data) }
        var bytes = unwrapInboundIn(data)
        if var before = received.take() {
            before.writeBuffer(&bytes)
            bytes = before
        }
        switch ProxyHeader.read(bytes.readableBytesUInt8Span) {
        case .incomplete:
            received = bytes
        case .malformed:
            refuse("a PROXY header is malformed", context)
        case .header(let header, let end):
            bytes.moveReaderIndex(forwardBy: end)
            begin(header, bytes, context)
        }
    }

    private func begin(_ header: ProxyHeader, _ rest: ByteBuffer, _ context: ChannelHandlerContext) {
        timer?.cancel()
        isDone = true
        // A header that names nobody leaves the proxy as the one who is connected: it speaks for itself.
        if let client = header.client {
            let text = (try? SocketAddress(packedIPAddress: ByteBuffer(bytes: client.bytes), port: 0))?.ipAddress
            context.fireUserInboundEventTriggered(EntranceStep.source(.init(address: client, text: text)))
        }
        context.fireChannelActive()
        if rest.readableBytes > 0 {
            context.fireChannelRead(wrapInboundOut(rest))
            context.fireChannelReadComplete()
        }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func refuse(_ reason: String, _ context: ChannelHandlerContext) {
        guard !isDone, context.channel.isActive else { return }
        isDone = true
        environment.log(.warning, "\(context.channel.remoteAddress?.shownInLog ?? "local") - \(reason)")
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event, !isDone {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
