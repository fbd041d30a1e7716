import Synchronization

/// The idempotency keys of requests that are being carried out.
final class RunningRequests: Sendable {
    private let keys = Mutex<Set<String>>([])

    /// Notes that a request runs; false if it does already.
    func begin(_ key: String) -> Bool { keys.withLock { $0.insert(key).inserted } }

    func end(_ key: String) { keys.withLock { _ = $0.remove(key) } }
}
