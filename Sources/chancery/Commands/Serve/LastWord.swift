import Foundation
import Glibc
import ServiceLifecycle

/// Ends the process where something that cannot be called off is still at work long after it should have ended: what was
/// acknowledged is stored, as it is when the process is killed.
struct LastWord: Service {
    /// Seconds from the wish to end until everything is cut off.
    private static let patience: TimeInterval = 25

    let log: LogWriter
    /// Told as soon as the wish comes, before anything ends.
    let isBeginning: @Sendable () -> Void

    func run() async throws {
        try? await gracefulShutdown()
        isBeginning()
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: Self.patience)
            Console.say("something is still at work, and is cut off")
            log.finish()
            _exit(0)
        }
    }
}
