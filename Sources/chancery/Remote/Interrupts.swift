import Glibc
import Synchronization

/// Counts how often somebody interrupts (SIGINT), instead of ending at once.
final class Interrupts {
    // A signal handler can reach nothing but what is global.
    private static let counted = Atomic<Int>(0)

    init() {
        Self.counted.store(0, ordering: .relaxed)
        signal(SIGINT) { _ in Interrupts.counted.add(1, ordering: .relaxed) }
    }

    var count: Int { Self.counted.load(ordering: .relaxed) }

    /// From now on an interrupt ends the program again.
    func end() { signal(SIGINT, SIG_DFL) }
}
