public import Hummingbird
import NIOCore

/// What a request comes with beside itself: its connection.
public struct ServiceContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// The connection; nil in tests without one.
    let channel: (any Channel)?

    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// The SHA-256 of the client's certificate; nil without one, or without TLS.
    var fingerprint: String? { nil }

    /// The other side's address without its port; `local` for a Unix socket.
    var address: String {
        channel?.remoteAddress?.ipAddress ?? "local"
    }
}
