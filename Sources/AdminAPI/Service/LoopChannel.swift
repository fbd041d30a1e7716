import HummingbirdCore
import Logging
import NIOCore

/// A connection whose requests are carried out on its own event loop, where they are read and answered: to wake another thread
/// for each step takes longer than most steps.
///
/// So nothing that waits, and nothing that takes long, may be done there: see ``AwayFromLoops``.
struct LoopChannel<Base: ServerChildChannel>: ServerChildChannel {
    typealias Value = Base.Value

    private let base: Base

    init(_ base: Base) {
        self.base = base
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        base.setup(channel: channel, logger: logger)
    }

    func handle(value: Value, logger: Logger) async {
        await withTaskExecutorPreference(LoopExecutor(value.channel.eventLoop)) {
            await base.handle(value: value, logger: logger)
        }
    }
}

/// Carries tasks out on an event loop.
private final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// What takes long is done on the threads that all tasks share, away from those that read and answer.
enum AwayFromLoops {
    /// From how many bytes on it takes long to read a body.
    static let largeBody = 64 << 10

    static func run<Result: Sendable, Failure: Error>(
        _ body: @Sendable () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        try await withTaskExecutorPreference(globalConcurrentExecutor) { () async throws(Failure) in try await body() }
    }
}
