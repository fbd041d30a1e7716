import Broker
import FoundationEssentials
import Glibc
import Synchronization

/// The broker's log, on the standard error or in a file: `[process] time [LEVEL] words`, one line each.
final class BrokerLog: Sendable {
    private struct File {
        var descriptor: Int32
        var size: Int
    }

    private struct State {
        var showsDebug: Bool
        var showsTime: Bool
        var logging: LoggingConfiguration
        /// Nil for the standard error.
        var file: File?

        init(_ configuration: BrokerConfiguration) {
            showsDebug = configuration.debug
            showsTime = configuration.logTime
            logging = configuration.logging
        }
    }

    private let state: Mutex<State>

    init(_ configuration: BrokerConfiguration) throws(CommandFailure) {
        var state = State(configuration)
        if let path = state.logging.file { state.file = try Self.openOrFail(path) }
        self.state = Mutex(state)
    }

    deinit {
        if let descriptor = state.withLock({ $0.file?.descriptor }) { close(descriptor) }
    }

    /// Whether the log is a file.
    var isFile: Bool { state.withLock { $0.file != nil } }

    /// Does something, and goes on as another configuration says where that succeeds; nothing changes where it throws.
    func change<Result>(to configuration: BrokerConfiguration, _ work: () async throws -> Result) async throws -> Result
    {
        var next = State(configuration)
        let path = state.withLock { $0.logging.file }
        let isOther = next.logging.file != path
        if isOther, let path = next.logging.file { next.file = try Self.openOrFail(path) }
        let result: Result
        do { result = try await work() } catch {
            if let file = next.file { close(file.descriptor) }
            throw error
        }
        put(next, isOther: isOther)
        return result
    }

    private func put(_ next: State, isOther: Bool) {
        state.withLock { state in
            let before = state.file
            state = next
            if isOther {
                if let before { close(before.descriptor) }
            } else {
                state.file = before
            }
        }
    }

    func write(_ level: BrokerEnvironment.LogLevel, _ text: String) {
        let text = Console.printable(text).replacing("\n", with: " ")
        let unwritten = state.withLock { state -> String? in
            guard level > .debug || state.showsDebug else { return nil }
            let time = state.showsTime ? LocalTime.logText(isUTC: state.logging.usesUTC) + " " : ""
            let line = "[\(getpid())] \(time)[\(Self.mark(level))] \(text)"
            guard state.file != nil else { return line }
            Self.append(line + "\n", to: &state.file, state.logging)
            return nil
        }
        if let unwritten { Console.say(unwritten) }
    }

    /// Goes on in a new file of the same name, after somebody has moved the old one away.
    func reopen() {
        guard let path = state.withLock({ $0.logging.file }) else {
            return write(.info, "File log re-open ignored, not a file logger")
        }
        let isOpen = state.withLock { state -> Bool in
            guard let opened = Self.open(path) else { return false }
            if let file = state.file { close(file.descriptor) }
            state.file = opened
            return true
        }
        write(isOpen ? .info : .error, isOpen ? "File log re-opened" : "The log \(path) cannot be opened again")
    }

    private static func mark(_ level: BrokerEnvironment.LogLevel) -> String {
        switch level {
        case .debug: "DBG"
        case .info: "INF"
        case .warning: "WRN"
        case .error: "ERR"
        case .fatal: "FTL"
        }
    }

    // MARK: The file

    private static func openOrFail(_ path: String) throws(CommandFailure) -> File {
        guard let opened = open(path) else {
            throw CommandFailure(
                message: "the log \(path) cannot be written: \(String(cString: strerror(errno)))",
                remedy: "choose another file with -l")
        }
        return opened
    }

    private static func open(_ path: String) -> File? {
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        return File(descriptor: descriptor, size: fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0)
    }

    private static func append(_ line: String, to file: inout File?, _ logging: LoggingConfiguration) {
        let bytes = Array(line.utf8)
        if let limit = logging.sizeLimit, let size = file?.size, size > 0, size + bytes.count > limit {
            rotate(&file, logging)
        }
        guard let descriptor = file?.descriptor else { return }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        file?.size += bytes.count - rest.count
    }

    /// Gives the file a name with the time, begins a new one and removes those that are too many.
    private static func rotate(_ file: inout File?, _ logging: LoggingConfiguration) {
        guard let path = logging.file else { return }
        let time = LocalTime.logText(isUTC: logging.usesUTC).map { "/: ".contains($0) ? "." : $0 }
        rename(path, "\(path).\(String(time))")
        guard let opened = open(path) else { return }
        if let file { close(file.descriptor) }
        file = opened
        guard let most = logging.maximumFiles else { return }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let folder = parts.dropLast().joined(separator: "/")
        let prefix = (parts.last.map(String.init) ?? "") + "."
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
        // The time in the name sorts them.
        let old = names.filter {
            $0.hasPrefix(prefix) && $0.dropFirst(prefix.count).allSatisfy { $0.isNumber || $0 == "." }
        }
        for name in old.sorted().dropLast(max(0, most - 1)) {
            unlink(folder.isEmpty ? name : "\(folder)/\(name)")
        }
    }
}
