import NIOCore

/// Opens a WebSocket, and puts its frames around what a session reads and writes. The handlers behind it hear of the
/// connection when the WebSocket is open, and see the same bytes as on a plain connection.
final class WebSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case requesting
        case open
        /// A close frame has been sent; what still comes in is thrown away.
        case closing
    }

    private let rules: WebSocketRules
    private let environment: BrokerEnvironment
    private var state = State.requesting
    private var timer: Scheduled<Void>?

    // MARK: Input
    private var requestEnd = WebSocketRequestEnd()
    private var frames = WebSocketFrames(requiresMask: true)
    /// The request so far; then what is no whole header or control frame yet.
    private var carry: ByteBuffer?

    // MARK: Output
    /// What was written since the last flush: the payload of the next frame.
    private var parts: [(ByteBuffer, EventLoopPromise<Void>?)] = []
    /// The last ping, while its answer waits for the socket: a client that does not read gets one answer, not all.
    private var unanswered: [UInt8]?
    private var closeFrame: [UInt8]?
    /// Whether the client has said goodbye, or something that is none of a WebSocket's.
    private var hasEnded = false

    init(rules: WebSocketRules, environment: BrokerEnvironment) {
        self.rules = rules
        self.environment = environment
    }

    // MARK: Opening

    func channelActive(context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(rules.handshakeTimeout)) {
            [weak self] in
            guard let self, state == .requesting else { return }
            environment.log(.error, "\(label(context)) - websocket handshake error: timeout")
            context.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if var kept = carry.take() {
            kept.writeBuffer(&bytes)
            bytes = kept
        }
        switch state {
        case .requesting: readRequest(bytes, context)
        case .open where !hasEnded: readFrames(bytes, context)
        case .open, .closing: break
        }
    }

    private func readRequest(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        guard let end = requestEnd.find(in: bytes.readableBytesUInt8Span), end <= WebSocketRequest.mostBytes else {
            if bytes.readableBytes > WebSocketRequest.mostBytes { return refuse(.tooLarge, context) }
            carry = bytes
            return
        }
        let head = copied(bytes.readableBytesUInt8Span.extracting(first: end))
        guard let request = WebSocketRequest(head) else { return refuse(.badRequest, context) }
        switch rules.answer(request) {
        case .refusal(let refusal): refuse(refusal, context)
        case .upgrade(let response, let arrival):
            // Nobody has anything to say before the answer.
            guard end == bytes.readableBytes else { return hangUp(context) }
            open(response, arrival, context)
        }
    }

    private func open(_ response: String, _ arrival: WebSocketRules.Arrival, _ context: ChannelHandlerContext) {
        timer?.cancel()
        state = .open
        frames = WebSocketFrames(requiresMask: arrival.isMasked)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: response)), promise: nil)
        context.fireUserInboundEventTriggered(EntranceStep.upgraded(arrival))
        context.fireChannelActive()
    }

    private func refuse(_ refusal: HTTPRefusal, _ context: ChannelHandlerContext) {
        environment.log(.error, "\(label(context)) - websocket handshake error: \(refusal.words)")
        state = .closing
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: refusal.response))).assumeIsolated().whenComplete {
            _ in
            // The timer closes the rest: closing both ways at once could take the answer away.
            context.close(mode: .output, promise: nil)
        }
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { context.close(promise: nil) }
    }

    private func hangUp(_ context: ChannelHandlerContext) {
        state = .closing
        context.close(promise: nil)
    }

    // MARK: Reading

    private func readFrames(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        var bytes = bytes
        // All masks are taken off before anything is handed on: whoever gets a part keeps the whole from being changed.
        let (events, end) = bytes.withUnsafeMutableReadableBytes { bytes in
            var span = MutableSpan<UInt8>(_unsafeBytes: bytes)
            return Self.readEvents(&span, &frames)
        }
        for event in events {
            guard state == .open else { return }
            handle(event, bytes, context)
        }
        guard state == .open, !hasEnded, end < bytes.readableBytes else { return }
        bytes.moveReaderIndex(forwardBy: end)
        // No more than a header, or a control frame.
        carry = context.channel.allocator.buffer(capacity: WebSocketFrames.mostKept)
        carry?.writeBuffer(&bytes)
    }

    private static func readEvents(
        _ bytes: inout MutableSpan<UInt8>, _ frames: inout WebSocketFrames
    ) -> (events: [WebSocketFrames.Event], end: Int) {
        var events: [WebSocketFrames.Event] = []
        var position = 0
        while true {
            let (event, end) = frames.next(&bytes, at: position)
            position = end
            switch event {
            case .incomplete: return (events, position)
            case .pong: break
            case .fault, .close:
                events.append(event)
                return (events, position)
            case .payload, .ping: events.append(event)
            }
        }
    }

    private func handle(_ event: WebSocketFrames.Event, _ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        func part(_ range: Range<Int>) -> ByteBuffer {
            bytes.getSlice(at: bytes.readerIndex + range.lowerBound, length: range.count) ?? ByteBuffer()
        }
        switch event {
        case .payload(let range):
            context.fireChannelRead(wrapInboundOut(part(range)))
        case .ping(let range):
            unanswered = copied(part(range).readableBytesUInt8Span)
            answerPing(context)
        case .close(let range):
            let answer = WebSocketCloseCode.answer(to: part(range).readableBytesUInt8Span)
            end(WebSocketFrames.close(answer.code, answer.words), context)
        case .fault(let fault):
            environment.log(.error, "\(label(context)) - websocket protocol error: \(fault.words)")
            end(WebSocketFrames.close(WebSocketCloseCode.protocolError, fault.words), context)
        case .incomplete, .pong:
            break
        }
    }

    /// The client has nothing more to say. What its session still has for it goes in front of the close frame.
    private func end(_ frame: [UInt8]?, _ context: ChannelHandlerContext) {
        hasEnded = true
        closeFrame = frame
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    private func answerPing(_ context: ChannelHandlerContext) {
        guard state == .open, context.channel.isWritable, let payload = unanswered.take() else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: WebSocketFrames.pong(payload))), promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        answerPing(context)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event, state == .requesting { return hangUp(context) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        for (_, promise) in parts { promise?.fail(ChannelError.ioOnClosedChannel) }
        parts = []
        context.fireChannelInactive()
    }

    // MARK: Writing

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard state == .open else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        parts.append((unwrapOutboundIn(data), promise))
    }

    func flush(context: ChannelHandlerContext) {
        let count = parts.reduce(0) { $0 + $1.0.readableBytes }
        if count > 0 {
            let header = ByteBuffer(bytes: WebSocketFrames.header(binary: count))
            context.write(wrapOutboundOut(header), promise: nil)
        }
        let parts = parts
        self.parts.removeAll(keepingCapacity: true)
        for (part, promise) in parts { context.write(wrapOutboundOut(part), promise: promise) }
        context.flush()
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let farewell = event as? SessionFarewell else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        closeFrame = WebSocketFrames.close(WebSocketCloseCode.code(for: farewell.state), farewell.state.rawValue)
        promise?.succeed(())
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if state == .open, mode != .input {
            state = .closing
            let frame = closeFrame ?? (hasEnded ? nil : WebSocketFrames.close(WebSocketCloseCode.normal))
            if let frame { context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: frame)), promise: nil) }
        }
        context.close(mode: mode, promise: promise)
    }

    private func label(_ context: ChannelHandlerContext) -> String {
        context.channel.remoteAddress?.shownInLog ?? "local"
    }
}
