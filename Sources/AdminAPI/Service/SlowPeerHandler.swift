import NIOCore
import NIOHTTPTypes

/// Ends connections whose other side is slow on purpose, or as if: a request that does not come to its end, and an answer that
/// nobody reads. When the service ends, it waits for readers no longer than a moment.
///
/// A header that does not come to its end is the server's own matter: what counts there is when it last had a whole one.
final class SlowPeerHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart

    /// From the end of a request's header to the end of its body. Whoever waits for the body gives up before.
    static let requestTime = TimeAmount.seconds(15)
    /// Without anything being read.
    static let readingTime = TimeAmount.seconds(30)
    /// The same when the service ends.
    static let lastReadingTime = TimeAmount.seconds(1)

    private var requestEnd: Scheduled<Void>?
    private var readingEnd: Scheduled<Void>?
    private var isQuiescing = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            requestEnd?.cancel()
            requestEnd = Self.closing(context, in: Self.requestTime)
        case .body: break
        case .end:
            requestEnd?.cancel()
            requestEnd = nil
        }
        context.fireChannelRead(data)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        watchReading(context)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            isQuiescing = true
            watchReading(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        requestEnd?.cancel()
        readingEnd?.cancel()
    }

    private func watchReading(_ context: ChannelHandlerContext) {
        readingEnd?.cancel()
        readingEnd =
            context.channel.isWritable
            ? nil : Self.closing(context, in: isQuiescing ? Self.lastReadingTime : Self.readingTime)
    }

    private static func closing(_ context: ChannelHandlerContext, in time: TimeAmount) -> Scheduled<Void> {
        let channel = context.channel
        return channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}
