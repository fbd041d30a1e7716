import NIOCore
import Synchronization

/// Counts TLS handshakes, which cost a server more than a client: no more in a second than the configuration says
/// (`connection_rate_limit`), over all connections of a listener.
final class HandshakeRate: Sendable {
    private struct Window {
        var start = NIODeadline.uptimeNanoseconds(0)
        var count = 0
    }

    private let limit: Int
    private let window = Mutex(Window())

    init(limit: Int) {
        self.limit = limit
    }

    /// Counts one more handshake; false where it is one too many.
    func admits(now: NIODeadline) -> Bool {
        window.withLock { window in
            if now - window.start >= .seconds(1) { window = Window(start: now, count: 0) }
            window.count += 1
            return window.count <= limit
        }
    }
}
