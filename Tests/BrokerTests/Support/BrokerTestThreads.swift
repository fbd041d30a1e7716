import NIOCore
import NIOPosix

/// Threads of their own for tests that talk to a broker. A ``TestClient`` waits in its reads; on the few threads that all
/// tasks of the process share, it would hold up those tasks of the broker that it waits for, such as reading the
/// configuration again. Only as many tests talk at a time as there are threads, so that none waits for another's.
final class BrokerTestThreads: TaskExecutor {
    private static let count = max(2, System.coreCount)
    private static let threads = BrokerTestThreads()
    private static let places = Places(count)

    private let pool = NIOThreadPool(numberOfThreads: count)

    private init() {
        pool.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        pool.submit { _ in job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Does something on one of the threads, when one is free.
    static func run(_ work: () async throws -> Void) async throws {
        await places.take()
        do {
            try await withTaskExecutorPreference(threads) { try await work() }
        } catch {
            await places.giveBack()
            throw error
        }
        await places.giveBack()
    }

    /// Places that are taken in the order in which they were asked for.
    private actor Places {
        private var free: Int
        private var waiting: [CheckedContinuation<Void, Never>] = []

        init(_ count: Int) {
            free = count
        }

        func take() async {
            if free > 0 {
                free -= 1
            } else {
                await withCheckedContinuation { waiting.append($0) }
            }
        }

        func giveBack() {
            if waiting.isEmpty {
                free += 1
            } else {
                waiting.removeFirst().resume()
            }
        }
    }
}
