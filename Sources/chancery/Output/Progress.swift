import Glibc
import Synchronization

/// Says on a terminal that work goes on, once it has taken a second. In a pipe it says nothing.
///
/// There is one line, which is wiped away before anything else is written.
final class Progress: Sendable {
    /// That of this process.
    static let shared = Progress()

    private struct State {
        /// What is done; nil while nothing is to be said.
        var text: String?
        var isShown = false
        var startedAt: UInt64 = 0
        /// Until when nothing is said, since something else has just been written.
        var quietUntil: UInt64 = 0

        mutating func wipe() {
            guard isShown else { return }
            isShown = false
            Progress.write(Progress.wipe)
        }
    }

    private let state = Mutex(State())
    private static let patience: UInt64 = 1_000_000_000
    private static let wipe = "\r\u{1B}[K"

    private static var isPossible: Bool {
        isatty(STDERR_FILENO) == 1 && Environment.value("TERM") != "dumb"
    }

    /// Begins to watch over work.
    ///
    /// - Parameter text: what is done, in the words of the command.
    func begin(_ text: String) {
        guard Self.isPossible else { return }
        state.withLock { state in (state.text, state.startedAt) = (text, Self.now()) }
        Task.detached(priority: .background) { [self] in
            while state.withLock({ $0.text != nil }) {
                try await Task.sleep(for: .milliseconds(250))
                show()
            }
        }
    }

    /// Says how far the work is.
    func update(_ text: String) {
        state.withLock { state in if state.text != nil { state.text = text } }
    }

    /// The work is over.
    func end() {
        state.withLock { state in
            state.wipe()
            state.text = nil
        }
    }

    /// Wipes the line away, since something else is about to be written.
    func clear() {
        state.withLock { state in
            state.wipe()
            state.quietUntil = Self.now() &+ Self.patience
        }
    }

    /// Says nothing while somebody else has the terminal.
    func paused<Result>(_ body: () throws -> Result) rethrows -> Result {
        let text = state.withLock { state in
            defer { state.text = nil }
            return state.text
        }
        clear()
        defer { if let text { begin(text) } }
        return try body()
    }

    private func show() {
        state.withLock { state in
            guard let text = state.text else { return }
            let now = Self.now()
            let elapsed = now &- state.startedAt
            guard elapsed >= Self.patience, now >= state.quietUntil else { return }
            state.isShown = true
            Self.write("\(Self.wipe)\(text) … \(elapsed / 1_000_000_000) s")
        }
    }

    private static let beginning = ContinuousClock.now

    /// Nanoseconds since the first question.
    private static func now() -> UInt64 {
        UInt64(max(0, (ContinuousClock.now - beginning) / .nanoseconds(1)))
    }

    private static func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
    }
}
