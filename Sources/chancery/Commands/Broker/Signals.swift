import Broker
import Glibc
import UnixSignals

/// The signals that a running broker listens to, from when this exists, and what else it is asked to do while it runs:
/// one thing after the other.
struct Signals {
    private enum Event: Sendable {
        case signal(UnixSignal)
        /// The system account orders that the configuration be read again.
        case reload(CheckedContinuation<Void, any Error>)
        /// Lame duck mode has sent everybody away.
        case lameDuckIsOver
    }

    private let sequence: UnixSignalsSequence
    private let events: AsyncStream<Event>
    private let source: AsyncStream<Event>.Continuation

    init() async {
        sequence = await UnixSignalsSequence(trapping: [.sigint, .sigquit, .sigterm, .sighup, .sigusr1, .sigusr2])
        (events, source) = AsyncStream.makeStream()
    }

    /// Has the configuration read again in its turn, and returns when that is done.
    ///
    /// - Throws: why it was not put in force.
    func requestReload() async throws {
        try await withCheckedThrowingContinuation { done in
            if case .terminated = source.yield(.reload(done)) { done.resume(throwing: IsEnding()) }
        }
    }

    /// Why nothing is read again any more.
    private struct IsEnding: Error, CustomStringConvertible {
        let description = "the server is ending"
    }

    /// Does what the others ask for, and returns when one comes that ends the process in an orderly way, or when lame duck
    /// mode has sent everybody away.
    ///
    /// - Parameters:
    ///   - reload: reads the configuration again.
    ///   - goLame: sends everybody away in time.
    func handle(
        _ log: BrokerLog, reload: () async throws -> Void, goLame: @escaping @Sendable () async -> Void
    ) async {
        let listening = Task { [sequence, source] in
            for await signal in sequence { source.yield(.signal(signal)) }
        }
        var isLame = false
        loop: for await event in events {
            switch event {
            case .lameDuckIsOver: break loop
            case .reload(let done):
                log.write(.info, "A reload was ordered by the system account")
                do { done.resume(returning: try await reload()) } catch { done.resume(throwing: error) }
            case .signal(let signal):
                log.write(.info, "Trapped \"\(Self.words(signal))\" signal")
                switch signal {
                case .sigusr1: log.reopen()
                // What was wrong stands in the log.
                case .sighup: try? await reload()
                case .sigusr2 where !isLame:
                    isLame = true
                    Task { [source] in
                        await goLame()
                        source.yield(.lameDuckIsOver)
                    }
                case .sigusr2: break
                // The end comes by itself; SIGINT does not wait for it.
                case .sigterm where isLame: break
                default: break loop
                }
            }
        }
        listening.cancel()
        source.finish()
        for await case .reload(let done) in events { done.resume(throwing: IsEnding()) }
    }

    /// What the system calls a signal, which is what nats-server's log says.
    private static func words(_ signal: UnixSignal) -> String {
        strsignal(signal.rawValue).map { String(cString: $0).lowercased() } ?? "\(signal)"
    }
}
