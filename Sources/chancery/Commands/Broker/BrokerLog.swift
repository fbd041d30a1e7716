import Broker
import Glibc
import Synchronization

/// The broker's log on the standard error: `[process] time [LEVEL] words`, one line each.
struct BrokerLog: Sendable {
    let showsDebug: Bool
    let showsTime: Bool

    func write(_ level: BrokerEnvironment.LogLevel, _ text: String) {
        guard level > .debug || showsDebug else { return }
        let time = showsTime ? LocalTime.logText() + " " : ""
        Console.say("[\(getpid())] \(time)[\(Self.mark(level))] " + Console.printable(text).replacing("\n", with: " "))
    }

    private static func mark(_ level: BrokerEnvironment.LogLevel) -> String {
        switch level {
        case .debug: "DBG"
        case .info: "INF"
        case .warning: "WRN"
        case .error: "ERR"
        }
    }
}
