import NIOCore
import NIOHTTP1

/// Leaves a request its host only where it names one: HTTP/1.1 wants exactly one (RFC 9112, section 3.2), and earlier versions
/// none. What comes behind it sees no version any more.
final class HostHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    /// Puts one right behind what reads requests.
    static func add(to pipeline: ChannelPipeline) {
        let operations = pipeline.syncOperations
        guard let decoder = try? operations.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self) else { return }
        try? operations.addHandler(HostHandler(), position: .after(decoder))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        let count = head.headers["host"].count
        if count == 0, head.version != .http1_1 {
            head.headers.add(name: "Host", value: "")
        } else if count > 1 {
            head.headers.remove(name: "Host")
        }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }
}
