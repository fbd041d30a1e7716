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

    private let showsDebug: Bool
    private let showsTime: Bool
    private let logging: LoggingConfiguration
    /// Nil for the standard error.
    private let file: Mutex<File?>

    init(_ configuration: BrokerConfiguration) throws(CommandFailure) {
        showsDebug = configuration.debug
        showsTime = configuration.logTime
        logging = configuration.logging
        guard let path = logging.file else {
            file = Mutex(nil)
            return
        }
        guard let opened = Self.open(path) else {
            throw CommandFailure(
                message: "the log \(path) cannot be written: \(String(cString: strerror(errno)))",
                remedy: "choose another file with -l")
        }
        file = Mutex(opened)
    }

    deinit {
        if let descriptor = file.withLock({ $0?.descriptor }) { close(descriptor) }
    }

    func write(_ level: BrokerEnvironment.LogLevel, _ text: String) {
        guard level > .debug || showsDebug else { return }
        let time = showsTime ? LocalTime.logText(isUTC: logging.usesUTC) + " " : ""
        let line =
            "[\(getpid())] \(time)[\(Self.mark(level))] " + Console.printable(text).replacing("\n", with: " ")
        let isWritten = file.withLock { file -> Bool in
            guard file != nil else { return false }
            append(line + "\n", to: &file)
            return true
        }
        if !isWritten { Console.say(line) }
    }

    /// Goes on in a new file of the same name, after somebody has moved the old one away.
    func reopen() {
        guard let path = logging.file else { return write(.info, "File log re-open ignored, not a file logger") }
        let isOpen = file.withLock { file -> Bool in
            guard let opened = Self.open(path) else { return false }
            if let file { close(file.descriptor) }
            file = opened
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
        }
    }

    // MARK: The file

    private static func open(_ path: String) -> File? {
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        return File(descriptor: descriptor, size: fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0)
    }

    private func append(_ line: String, to file: inout File?) {
        let bytes = Array(line.utf8)
        if let limit = logging.sizeLimit, let size = file?.size, size > 0, size + bytes.count > limit { rotate(&file) }
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
    private func rotate(_ file: inout File?) {
        guard let path = logging.file else { return }
        let time = LocalTime.logText(isUTC: logging.usesUTC).map { "/: ".contains($0) ? "." : $0 }
        rename(path, "\(path).\(String(time))")
        guard let opened = Self.open(path) else { return }
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
