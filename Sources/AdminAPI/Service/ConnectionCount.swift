import NIOCore
import NIOHTTPTypes
import Synchronization

/// How many connections each source has: nobody keeps others out by taking all of them. Whoever comes from this machine may be
/// a proxy for many, and is not counted.
final class ConnectionCount: Sendable {
    /// The most connections of one source.
    static let mostOfSource = 256

    private let counts = Mutex<[String: Int]>([:])

    /// Counts a connection, unless its source has too many.
    func enter(_ source: String) -> Bool {
        counts.withLock { counts in
            guard counts[source, default: 0] < Self.mostOfSource else { return false }
            counts[source, default: 0] += 1
            return true
        }
    }

    func leave(_ source: String) {
        counts.withLock { counts in
            let rest = counts[source, default: 1] - 1
            counts[source] = rest > 0 ? rest : nil
        }
    }

    /// The source that counts for a connection; nil for none.
    static func source(_ address: SocketAddress?) -> String? {
        guard let address, let ip = address.ipAddress, let source = ServiceContext.source(address) else { return nil }
        return source.hasPrefix("127.") || ip == "::1" ? nil : source
    }
}

/// Ends connections of a source that has too many.
final class ConnectionCountHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart

    private let count: ConnectionCount
    private var source: String?

    init(_ count: ConnectionCount) {
        self.count = count
    }

    func handlerAdded(context: ChannelHandlerContext) {
        guard let source = ConnectionCount.source(context.remoteAddress) else { return }
        guard count.enter(source) else { return context.close(promise: nil) }
        self.source = source
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        if let source { count.leave(source) }
        source = nil
    }
}
