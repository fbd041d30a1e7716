import Broker
import Glibc

/// One line of the log, before it is written.
struct LogLine: Sendable {
    let level: BrokerEnvironment.LogLevel
    let text: String
    /// Unix nanoseconds: when it was said, which may be a while before it is written.
    let time: Int64

    init(_ level: BrokerEnvironment.LogLevel, _ text: String) {
        self.level = level
        self.text = text
        time = LocalTime.nanoseconds()
    }

    /// About how much memory it takes while it waits.
    var weight: Int { text.utf8.count + 64 }

    /// `[process] time [LEVEL] words`, without what could command a terminal.
    func bytes(showsTime: Bool, isUTC: Bool) -> [UInt8] {
        let words = Console.printable(text).replacing("\n", with: " ")
        let time = showsTime ? LocalTime.logText(time, isUTC: isUTC) + " " : ""
        return Array("[\(Self.process)] \(time)[\(mark)] \(words)\n".utf8)
    }

    private static let process = getpid()

    private var mark: String {
        switch level {
        case .trace: "TRC"
        case .debug: "DBG"
        case .info: "INF"
        case .warning: "WRN"
        case .error: "ERR"
        case .fatal: "FTL"
        }
    }
}
