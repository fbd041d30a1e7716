import NIOCore
import NIOHTTP1

/// Answers requests for pages on one connection, on the control plane's loop. As with nats-server, any method reads a page,
/// and what a request has for a body is passed over.
final class PageHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// How long a request may take to come, from the connection's beginning or the answer before, and an answer to leave.
    private static let patience = TimeAmount.seconds(10)
    private static let farewell = TimeAmount.seconds(30)
    /// The most bytes of a body that are passed over.
    private static let mostBody = 64 << 10

    private let control: ControlAddress
    private let site: PageSite
    private let connections: PageConnections
    private var request: HTTPRequestHead?
    private var bodyCount = 0
    private var timer: Scheduled<Void>?
    /// How many answers are on their way: the next request may come before the last answer has left.
    private var answering = 0
    /// Whether the other side has finished sending.
    private var isFinished = false

    init(control: ControlAddress, basePath: String, connections: PageConnections) {
        self.control = control
        self.connections = connections
        site = PageSite(basePath: basePath)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { wait(Self.patience, context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        wait(Self.patience, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            request = head
            bodyCount = 0
        case .body(let part):
            bodyCount += part.readableBytes
            if bodyCount > Self.mostBody { context.close(promise: nil) }
        case .end:
            guard let request else { return }
            self.request = nil
            answer(request, context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Whoever has finished sending gets the answer that is on its way, and no more.
        if case ChannelEvent.inputClosed = event {
            isFinished = true
            if answering == 0 { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func answer(_ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        answering += 1
        connections.noteAnswering(context.channel)
        wait(Self.farewell, context)
        let channel = context.channel
        let (isHead, keepsAlive, version) = (request.method == .HEAD, request.isKeepAlive, request.version)
        let (site, uri) = (site, request.uri)
        let bound = NIOLoopBound(self, eventLoop: channel.eventLoop)
        control.execute { plane in
            site.answer(uri, plane) { answer in
                guard channel.isActive else { return }
                bound.value.send(
                    answer, at: HTTPDate.text(plane.now), version, isHead: isHead,
                    keepsAlive: keepsAlive && !answer.isLast, on: channel)
            }
        }
    }

    private func send(
        _ answer: PageAnswer, at date: String, _ version: HTTPVersion, isHead: Bool, keepsAlive: Bool,
        on channel: any Channel
    ) {
        var head = HTTPResponseHead(version: version, status: answer.status)
        for (name, value) in answer.headers { head.headers.add(name: name, value: value) }
        head.headers.add(name: "Date", value: date)
        head.headers.add(name: "Content-Length", value: String(answer.body.count))
        if !keepsAlive { head.headers.add(name: "Connection", value: "close") }
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        if !isHead {
            channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: answer.body))), promise: nil)
        }
        let written = channel.eventLoop.makePromise(of: Void.self)
        channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: written)
        written.futureResult.assumeIsolated().whenComplete { [self] _ in
            answering -= 1
            guard answering == 0 || !keepsAlive else { return }
            guard keepsAlive, !isFinished else { return channel.close(promise: nil) }
            connections.noteWaiting(channel)
            wait(Self.patience, on: channel)
        }
    }

    private func wait(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        wait(time, on: context.channel)
    }

    /// Closes the connection unless something else happens in time.
    private func wait(_ time: TimeAmount, on channel: any Channel) {
        timer?.cancel()
        timer = channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}
