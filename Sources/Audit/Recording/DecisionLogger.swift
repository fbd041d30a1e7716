public import Authorization
import Dispatch
public import NKeys
public import Secrets
import Synchronization

/// Keeps a broker's decisions in a log: every sign-in, everything that was refused, and every connection that ended.
///
/// Event loops put what they decide into rings of their own, without waiting; one thread of the logger's takes it out and
/// writes it. Where it cannot keep up, what is lost is counted and told of in the log.
public final class DecisionLogger: DecisionSink {
    /// How many event loops there can be.
    private static let loopCount = 16
    /// How many events of one loop can wait.
    private static let ringCapacity = 16_384
    /// How long events gather before the next are taken, microseconds.
    private static let pause: UInt32 = 2_000

    private let rings: [DecisionRing]
    private let isAsleep = Atomic<Bool>(false)
    private let isEnding = Atomic<Bool>(false)
    private let alarm = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    private init() {
        rings = (0..<Self.loopCount).map { _ in DecisionRing(capacity: Self.ringCapacity) }
    }

    /// Opens a log, or makes it, and begins to write.
    ///
    /// - Parameters:
    ///   - name: the log's, such as `broker-n1`.
    ///   - pair: the key that signs it.
    ///   - server: the server's name, as records say it.
    ///   - others: what is known of other logs; asked before a checkpoint is signed, at most once a second.
    ///   - complain: told when the log cannot be written to, and when it can again (nil).
    /// - Throws: what ``SegmentedLog/open(_:name:pair:)`` throws.
    public static func start(
        in storage: FolderStorage, name: String, pair: KeyPair, server: String, clock: AuditClock,
        random: RandomSource = .system, others: @escaping @Sendable () -> [Checkpoint.Mention] = { [] },
        complain: @escaping @Sendable (String?) -> Void = { _ in }
    ) throws -> DecisionLogger {
        let logger = DecisionLogger()
        let writer = DecisionWriter(
            log: try SegmentedLog.open(storage, name: name, pair: pair), server: server, sources: loopCount,
            clock: clock, random: random, others: others)
        let handOff = Int64(loopCount * ringCapacity) + MergingLimits().pending
        try writer.begin(handOff: handOff)
        let work = WriterWork(logger: logger, writer: writer, clock: clock, complain: complain)
        DispatchQueue(label: "chancery.audit", qos: .userInitiated).async { work.run() }
        return logger
    }

    // MARK: On the loops

    public func wants(_ action: Action, isAllowed: Bool) -> Bool { action == .connect || !isAllowed }

    public var wantsDepartures: Bool { true }

    public func record(_ event: DecisionEvent, on loop: Int) {
        guard rings.indices.contains(loop), rings[loop].put(event) else { return }
        if isAsleep.load(ordering: .sequentiallyConsistent),
            isAsleep.exchange(false, ordering: .sequentiallyConsistent)
        {
            alarm.signal()
        }
    }

    // MARK: The end

    /// Writes what is left and closes the log. Called when nobody decides any more; returns when it is done.
    public func finish() {
        isEnding.store(true, ordering: .sequentiallyConsistent)
        alarm.signal()
        ended.wait()
    }

    // MARK: On the writer's thread

    private var lost: [LostEvents] { rings.map(\.lostSoFar) }

    private func drain(into writer: DecisionWriter<FolderStorage>) -> Int {
        var count = 0
        for (source, ring) in rings.enumerated() {
            count += ring.drain { event in writer.take(event, from: source) }
        }
        return count
    }

    /// Waits until something comes, or so many nanoseconds.
    private func sleep(atMost patience: Int64) {
        isAsleep.store(true, ordering: .sequentiallyConsistent)
        if rings.allSatisfy(\.isEmpty), !isEnding.load(ordering: .sequentiallyConsistent) {
            _ = alarm.wait(timeout: .now() + .nanoseconds(Int(max(patience, 1))))
        }
        isAsleep.store(false, ordering: .sequentiallyConsistent)
    }

    /// What the thread does.
    ///
    /// `@unchecked Sendable`: it is made on one thread, handed to the one that runs it, and never touched again by the first.
    private struct WriterWork: @unchecked Sendable {
        let logger: DecisionLogger
        let writer: DecisionWriter<FolderStorage>
        let clock: AuditClock
        let complain: @Sendable (String?) -> Void

        /// Nanoseconds between tries to write where that fails.
        private static let retry: Int64 = 200_000_000
        /// How often it is tried at the end.
        private static let lastTries = 5

        func run() {
            var isFailing = false
            while true {
                let isEnding = logger.isEnding.load(ordering: .sequentiallyConsistent)
                writer.advance()
                // What cannot be written is left in the rings, where there is a bound to it.
                let count = isFailing && !isEnding ? 0 : logger.drain(into: writer)
                do {
                    try writer.finishTurn(lost: logger.lost)
                    if isFailing { complain(nil) }
                    isFailing = false
                } catch {
                    if !isFailing { complain("\(error)") }
                    isFailing = true
                }
                if isEnding, count == 0 { break }
                if isFailing {
                    logger.pause(nanoseconds: Self.retry)
                } else if count > 0 {
                    logger.pause(nanoseconds: Int64(DecisionLogger.pause) * 1_000)
                } else {
                    logger.sleep(atMost: min((writer.deadline ?? .max) - clock.steady(), 1_000_000_000))
                }
            }
            close()
            logger.ended.signal()
        }

        private func close() {
            for _ in 0..<Self.lastTries {
                do { return try writer.end(lost: logger.lost) } catch { complain("\(error)") }
                logger.pause(nanoseconds: Self.retry)
            }
        }
    }

    private func pause(nanoseconds: Int64) {
        guard !isEnding.load(ordering: .relaxed) else { return }
        _ = DispatchSemaphore(value: 0).wait(timeout: .now() + .nanoseconds(Int(nanoseconds)))
    }
}
