import Claims
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
public import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOSSL
public import ServiceLifecycle

/// A listener of the service.
public struct AdminServer: Service {
    /// Where to listen.
    public enum Address: Sendable {
        case host(String, port: Int)
        /// A Unix socket: who may open it is a system administrator.
        case socket(String)
    }

    /// The most connections at once.
    public static let mostConnections = 2_048
    /// Seconds after which a connection that sends nothing whole is closed.
    static let idleSeconds: Int64 = 30

    private let service: AdminService
    private let address: Address
    private let tls: ServiceTLS?
    private let isListening: @Sendable (SocketAddress?) async -> Void

    /// - Parameters:
    ///   - tls: certificates of one's own; nil to speak without TLS.
    ///   - isListening: called once it listens, with the real address.
    public init(
        _ service: AdminService, at address: Address, tls: ServiceTLS? = nil,
        isListening: @escaping @Sendable (SocketAddress?) async -> Void = { _ in }
    ) {
        (self.address, self.tls, self.isListening) = (address, tls, isListening)
        if case .socket = address { self.service = service.local } else { self.service = service }
    }

    public func run() async throws {
        let bind: BindAddress =
            switch address {
            case .host(let host, let port): .hostname(host, port: port)
            case .socket(let path): .unixDomainSocket(path: path)
            }
        let isListening = isListening
        let application = Application(
            responder: service, server: try builder,
            configuration: ApplicationConfiguration(
                address: bind, availableConnectionsDelegate: MaximumAvailableConnections(Self.mostConnections)),
            onServerRunning: { await isListening($0.localAddress) },
            logger: Logger(label: "chancery", factory: { _ in SwiftLogNoOpLogHandler() }))
        try await application.run()
    }

    private var builder: HTTPServerBuilder {
        get throws {
            let (count, bodyTime) = (service.connections, TimeAmount.seconds(service.options.bodySeconds))
            let configuration = HTTP1Channel.Configuration(
                additionalChannelHandlers: [
                    ConnectionCountHandler(count), SlowPeerHandler(bodyTime: bodyTime), BrokenRequestHandler(),
                ],
                idleTimeout: .seconds(Self.idleSeconds),
                httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                    maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 64))
            let plain = HTTPServerBuilder { responder in
                LoopChannel(HTTP1Channel(responder: responder, configuration: configuration))
            }
            return try tls.map { try .tls(plain, tlsConfiguration: $0.configuration) } ?? plain
        }
    }
}

/// Answers what comes before a request is one: whether a body is to be sent, and requests that cannot be read as HTTP, with a
/// problem document, as everything else is.
///
/// The server behind this handler writes an empty answer for the latter. Here it gets its body.
final class BrokenRequestHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var problem: Problem?

    func handlerAdded(context: ChannelHandlerContext) { HostHandler.add(to: context.pipeline) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError {
            problem =
                error == .headerOverflow
                ? Problem(.headersTooLarge, "the header is larger than the service takes")
                : Problem(.badRequest, "the request is not HTTP")
        }
        context.fireErrorCaught(error)
    }

    /// Whoever asks whether to send the body is told to.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data), head.headerFields[.expect]?.lowercased() == "100-continue" {
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let problem, case .head(let head) = unwrapOutboundIn(data), head.status == .badRequest,
            head.headerFields[.contentLength] == "0"
        else { return context.write(data, promise: promise) }
        self.problem = nil
        let body = problem.json(request: "none").jsonText + "\n"
        var answer = HTTPResponse(status: HTTPResponse.Status(code: problem.type.status))
        answer.headerFields[.connection] = "close"
        answer.headerFields[.contentType] = "application/problem+json"
        answer.headerFields[.contentLength] = String(body.utf8.count)
        context.write(wrapOutboundOut(.head(answer)), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(string: body))), promise: promise)
    }
}
