import Broker
import UnixSignals

/// The signals that a running broker listens to, from when this exists.
struct Signals {
    private let sequence: UnixSignalsSequence

    init() async {
        sequence = await UnixSignalsSequence(trapping: [.sigint, .sigterm, .sighup, .sigusr1, .sigusr2])
    }

    /// Does what the others ask for, and returns when one comes that ends the process in an orderly way.
    ///
    /// - Parameter reload: reads the configuration again.
    func handle(_ log: BrokerLog, reload: () async -> Void) async {
        for await signal in sequence {
            log.write(.info, "Trapped \"\(signal)\" signal")
            switch signal {
            case .sigusr1: log.reopen()
            case .sighup: await reload()
            case .sigusr2: log.write(.warning, "Lame duck mode is not available yet")
            default: return
            }
        }
    }
}
