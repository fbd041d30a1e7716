import Synchronization

/// Whether the service is on its way out: what it is asked it answers, and whoever chooses where to ask had better go elsewhere.
final class Farewell: Sendable {
    private let hasBegun = Atomic(false)

    var isOnItsWay: Bool { hasBegun.load(ordering: .relaxed) }

    func begin() { hasBegun.store(true, ordering: .relaxed) }
}
