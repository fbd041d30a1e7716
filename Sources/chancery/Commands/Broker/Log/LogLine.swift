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

    /// How a line looks.
    enum Form: Sendable {
        /// `[process] time [LEVEL] words`, without what could command a terminal.
        case marked(showsTime: Bool, isUTC: Bool)
        /// The words alone, as they are.
        case plain
    }

    func bytes(_ form: Form) -> [UInt8] {
        switch form {
        case .plain: return Array("\(text)\n".utf8)
        case .marked(let showsTime, let isUTC):
            let words = Console.printable(text).replacing("\n", with: " ")
            let time = showsTime ? LocalTime.logText(time, isUTC: isUTC) + " " : ""
            return Array("[\(Self.process)] \(time)[\(mark)] \(words)\n".utf8)
        }
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
