import NIOCore
import NIOHTTPTypes

/// Ends connections whose other side is slow on purpose, or as if: a request that does not come to its end, and an answer that
/// nobody reads. When the service ends, it waits for readers no longer than a moment.
///
/// A header that does not come to its end is the server's own matter: what counts there is when it last had a whole one.
///
/// The time of a body is kept here, where a timer costs next to nothing, and not by whoever reads it.
final class SlowPeerHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart

    /// Whoever reads the body of a request is told with this that its end did not come in time.
    struct BodyIsLate: Error {}

    /// From when on whoever waits for a body has given up, to when the connection is closed at the latest.
    static let givingUpTime = TimeAmount.seconds(5)
    /// Without anything being read.
    static let readingTime = TimeAmount.seconds(30)
    /// The same when the service ends.
    static let lastReadingTime = TimeAmount.seconds(1)

    /// From the end of a request's header to the end of its body.
    private let bodyTime: TimeAmount
    private var requestEnd: Scheduled<Void>?
    private var readingEnd: Scheduled<Void>?
    private var isQuiescing = false

    init(bodyTime: TimeAmount) {
        self.bodyTime = bodyTime
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            requestEnd?.cancel()
            watchBody(context)
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

    private func watchBody(_ context: ChannelHandlerContext) {
        let late = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        requestEnd = context.eventLoop.scheduleTask(in: bodyTime) {
            let (handler, context) = late.value
            handler.requestEnd = Self.closing(context, in: Self.givingUpTime)
            context.fireErrorCaught(BodyIsLate())
        }
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
