import NIOCore
import NIOHTTP1
import NIOPosix
import NIOTLS

/// Where pages are read over HTTP. Immutable; its certificates and keys are read.
struct MonitoringListener: Sendable {
    let host: String
    let port: Int
    let tls: ServerTLS?
    /// What paths begin with, with a slash in front and none at the end; empty for nothing.
    let basePath: String

    /// Most connections at a time.
    private static let mostConnections = 128

    /// Nil where nobody asks for it.
    init?(_ settings: BrokerConfiguration) throws(BrokerStartError) {
        guard let monitoring = settings.monitoring else { return nil }
        host = monitoring.host ?? settings.host
        port = monitoring.port
        basePath = monitoring.basePath == "/" ? "" : monitoring.basePath
        guard monitoring.isSecure else {
            tls = nil
            return
        }
        guard var block = settings.tls else {
            throw BrokerStartError(
                message: "monitoring over TLS uses the certificate of the tls block, and there is none",
                remedy: "write a tls block, or use http in place of https")
        }
        // Whoever reads pages shows no certificate.
        block.verifiesClients = false
        block.mapsCertificates = false
        block.pinnedKeys = nil
        tls = try ServerTLS(block, at: settings.placeText("tls"), isFirst: true)
    }

    /// Listens on the control plane's loop, which has what the pages are made of. Whoever connects gets what the terms
    /// have then.
    static func bind(
        _ terms: ListenerTerms<MonitoringListener>, _ control: ControlAddress, context: BrokerContext
    ) async throws -> any Channel {
        let loop = control.eventLoop
        let connections = try await loop.submit {
            NIOLoopBound(PageConnections(most: mostConnections), eventLoop: loop)
        }.get()
        return try await ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 128)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096))
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptPause(environment: context.environment))
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try terms.present.addHandlers(to: channel, control, connections.value, context.environment)
                }
            }
            .bind(host: terms.present.host, port: terms.present.port)
            .get()
    }

    private func addHandlers(
        to channel: any Channel, _ control: ControlAddress, _ connections: PageConnections,
        _ environment: BrokerEnvironment
    ) throws {
        guard connections.begin(channel) else { throw ChannelError.operationUnsupported }
        channel.closeFuture.assumeIsolated().whenComplete { _ in connections.end(channel) }
        let pipeline = channel.pipeline.syncOperations
        if let tls {
            try pipeline.addHandlers([tls.makeHandler(), MonitoringHandshakeLog(environment)])
        }
        try pipeline.addHandler(HTTPResponseEncoder())
        try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
        try pipeline.addHandler(HTTPServerPipelineHandler())
        try pipeline.addHandler(HTTPServerProtocolErrorHandler())
        try pipeline.addHandler(PageHandler(control: control, basePath: basePath, connections: connections))
    }
}

/// Says in the log why a handshake failed with somebody who wanted to read pages.
private final class MonitoringHandshakeLog: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let environment: BrokerEnvironment
    private var isOver = false

    init(_ environment: BrokerEnvironment) {
        self.environment = environment
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { isOver = true }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !isOver {
            let peer = context.channel.remoteAddress?.shownInLog ?? "local"
            environment.log(
                .error, "monitoring: TLS handshake error from \(peer): \(TLSEntranceHandler.reason(error))")
        }
        isOver = true
        context.fireErrorCaught(error)
    }
}
