import Broker
import Glibc
import UnixSignals

/// The signals that a running broker listens to, from when this exists.
struct Signals {
    private let sequence: UnixSignalsSequence

    init() async {
        sequence = await UnixSignalsSequence(trapping: [.sigint, .sigterm, .sighup, .sigusr1, .sigusr2])
    }

    private enum Event: Sendable {
        case signal(UnixSignal)
        /// Lame duck mode has sent everybody away.
        case lameDuckIsOver
    }

    /// Does what the others ask for, and returns when one comes that ends the process in an orderly way, or when lame duck
    /// mode has sent everybody away.
    ///
    /// - Parameters:
    ///   - reload: reads the configuration again.
    ///   - goLame: sends everybody away in time.
    func handle(
        _ log: BrokerLog, reload: () async -> Void, goLame: @escaping @Sendable () async -> Void
    ) async {
        let (events, source) = AsyncStream.makeStream(of: Event.self)
        let listening = Task { [sequence] in
            for await signal in sequence { source.yield(.signal(signal)) }
        }
        defer { listening.cancel() }
        var isLame = false
        for await event in events {
            guard case .signal(let signal) = event else { return }
            log.write(.info, "Trapped \"\(Self.words(signal))\" signal")
            switch signal {
            case .sigusr1: log.reopen()
            case .sighup: await reload()
            case .sigusr2 where !isLame:
                isLame = true
                Task {
                    await goLame()
                    source.yield(.lameDuckIsOver)
                }
            case .sigusr2: break
            // The end comes by itself; SIGINT does not wait for it.
            case .sigterm where isLame: break
            default: return
            }
        }
    }

    /// What the system calls a signal, which is what nats-server's log says.
    private static func words(_ signal: UnixSignal) -> String {
        strsignal(signal.rawValue).map { String(cString: $0).lowercased() } ?? "\(signal)"
    }
}
