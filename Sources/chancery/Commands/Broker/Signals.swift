import Broker
import UnixSignals

/// The signals that a running broker listens to.
enum Signals {
    /// Does what the others ask for, and returns when one comes that ends the process in an orderly way.
    static func handle(_ log: BrokerLog) async {
        let signals = await UnixSignalsSequence(trapping: [.sigint, .sigterm, .sighup, .sigusr1, .sigusr2])
        for await signal in signals {
            log.write(.info, "Trapped \"\(signal)\" signal")
            switch signal {
            case .sigusr1: log.reopen()
            case .sighup: log.write(.warning, "Reading the configuration again is not available yet")
            case .sigusr2: log.write(.warning, "Lame duck mode is not available yet")
            default: return
            }
        }
    }
}
