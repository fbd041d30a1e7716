import Broker
import Dispatch
import Glibc
import Synchronization

/// Writes the log on a thread of its own, in the order in which lines were said. Whoever says something only puts it into
/// a bounded queue, so that a pipe that nobody reads, or a slow disk, holds up nobody.
final class LogWriter: Sendable {
    private enum Job: Sendable {
        case line(LogLine)
        /// Goes on as another configuration says.
        case change(LogFile)
        case reopen
        /// The last one.
        case end
    }

    private struct Waiting {
        var jobs: [Job] = []
        /// How much memory the lines take.
        var weight = 0
        /// Lines for which there was no room behind those that wait.
        var lost: UInt64 = 0
        var isAtWork = false
        var hasEnded = false
    }

    /// What lines may wait, in bytes.
    private static let most = 8 << 20
    /// How long the end waits for a line to leave, seconds.
    private static let patience = 2.0

    private let waiting = Mutex(Waiting())
    private let work = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    /// How many jobs are done.
    private let done = Atomic<UInt64>(0)
    /// Only the thread ever takes it.
    private let file: Mutex<LogFile>

    private init(_ file: LogFile) {
        self.file = Mutex(file)
    }

    /// Begins with a thread that ends when ``finish()`` is called.
    ///
    /// - Throws: where the system has no room for a thread.
    static func start(_ file: LogFile) throws(CommandFailure) -> LogWriter {
        let writer = LogWriter(file)
        let owned = Unmanaged.passRetained(writer)
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<LogWriter>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, owned.toOpaque())
        guard failure == 0 else {
            owned.release()
            throw CommandFailure(
                message: "no thread for the log: \(String(cString: strerror(failure)))",
                remedy: "allow this user more processes")
        }
        pthread_detach(thread)
        return writer
    }

    // MARK: The queue

    /// Has a line written, or counts it as lost where too much waits already.
    func write(_ level: BrokerEnvironment.LogLevel, _ text: String) {
        add { waiting in
            // Made here, so that times come in the order of the lines.
            let line = LogLine(level, text)
            // However long a line is, one at a time is taken.
            guard waiting.lost == 0, waiting.weight == 0 || waiting.weight + line.weight <= Self.most else {
                waiting.lost &+= 1
                return
            }
            waiting.weight += line.weight
            waiting.jobs.append(.line(line))
        }
    }

    /// Goes on as another configuration says, behind what was said before.
    func change(to file: LogFile) {
        add { $0.jobs.append(.change(file)) }
    }

    func reopen() {
        add { $0.jobs.append(.reopen) }
    }

    /// Returns when everything that was said is written, or when whoever reads it has taken nothing for a while: the
    /// process ends in any case. Nothing is written afterwards.
    func finish() {
        add {
            $0.jobs.append(.end)
            $0.hasEnded = true
        }
        var before = done.load(ordering: .relaxed)
        while ended.wait(timeout: .now() + Self.patience) == .timedOut {
            let now = done.load(ordering: .relaxed)
            guard now != before else { return }
            before = now
        }
    }

    private func add(_ change: (inout Waiting) -> Void) {
        let wakes = waiting.withLock { waiting -> Bool in
            guard !waiting.hasEnded else { return false }
            change(&waiting)
            defer { waiting.isAtWork = true }
            return !waiting.isAtWork
        }
        if wakes { work.signal() }
    }

    // MARK: The thread

    private func run() {
        file.withLock { file in
            var goesOn = true
            while goesOn {
                work.wait()
                while goesOn, let (jobs, lost) = take() {
                    for job in jobs { goesOn = perform(job, &file) }
                    file.miss(lost)
                }
            }
            file.close()
        }
        ended.signal()
    }

    /// Everything that waits, and how many lines found no room behind it; nil for nothing.
    private func take() -> (jobs: [Job], lost: UInt64)? {
        waiting.withLock { waiting in
            guard !waiting.jobs.isEmpty else {
                waiting.isAtWork = false
                return nil
            }
            defer { (waiting.jobs, waiting.weight, waiting.lost) = ([], 0, 0) }
            return (waiting.jobs, waiting.lost)
        }
    }

    private func perform(_ job: Job, _ file: inout LogFile) -> Bool {
        defer { done.add(1, ordering: .relaxed) }
        switch job {
        case .line(let line): file.append(line)
        case .change(let other): file = file.replaced(by: other)
        case .reopen: file.reopen()
        case .end: return false
        }
        return true
    }
}
