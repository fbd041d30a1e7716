import Broker
import Synchronization

/// The broker's log, on the standard error or in a file. Never holds up whoever writes to it.
final class BrokerLog: Sendable {
    private let writer: LogWriter
    /// A bit for each level that is shown.
    private let shown: Atomic<Int>
    private let file: Mutex<String?>

    init(_ configuration: BrokerConfiguration) throws(CommandFailure) {
        writer = try LogWriter.start(try LogFile(configuration))
        shown = Atomic(Self.shown(configuration))
        file = Mutex(configuration.logging.file)
    }

    /// Whether the log is a file.
    var isFile: Bool { file.withLock { $0 != nil } }

    private static func shown(_ configuration: BrokerConfiguration) -> Int {
        var levels: [BrokerEnvironment.LogLevel] = [.info, .warning, .error, .fatal]
        if configuration.debug { levels.append(.debug) }
        if configuration.trace { levels.append(.trace) }
        return levels.reduce(0) { $0 | 1 << $1.rawValue }
    }

    func write(_ level: BrokerEnvironment.LogLevel, _ text: String) {
        if shown.load(ordering: .relaxed) & 1 << level.rawValue != 0 { writer.write(level, text) }
    }

    /// Does something, and goes on as another configuration says where that succeeds; nothing changes where it throws.
    func change<Result>(to configuration: BrokerConfiguration, _ work: () async throws -> Result) async throws -> Result
    {
        let next = try LogFile(configuration)
        let result: Result
        do { result = try await work() } catch {
            next.close()
            throw error
        }
        writer.change(to: next)
        shown.store(Self.shown(configuration), ordering: .relaxed)
        file.withLock { $0 = configuration.logging.file }
        return result
    }

    /// Goes on in a new file of the same name, after somebody has moved the old one away.
    func reopen() {
        writer.reopen()
    }

    /// Writes what was said to its end, before the process ends.
    func finish() {
        writer.finish()
    }
}
