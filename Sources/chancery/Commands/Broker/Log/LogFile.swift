import Broker
import FoundationEssentials
import Glibc

/// Where the log's lines go: the standard error, or a file that is begun anew when it has grown. Belongs to the thread
/// that writes.
struct LogFile: Sendable {
    private let logging: LoggingConfiguration
    private let form: LogLine.Form
    private var descriptor: Int32
    private var size: Int
    /// Lines that are missing, and have not been told of yet.
    private var missing: UInt64 = 0
    /// Whether the last thing written was a part of a line.
    private var isTorn = false

    /// Opens the file that a configuration names, or takes the standard error.
    ///
    /// - Throws: why it cannot be written.
    init(_ configuration: BrokerConfiguration) throws(CommandFailure) {
        logging = configuration.logging
        form = .marked(showsTime: configuration.logTime, isUTC: configuration.logging.usesUTC)
        (descriptor, size) = (STDERR_FILENO, 0)
        guard let path = logging.file else { return }
        guard let opened = Self.open(path) else {
            throw CommandFailure(
                message: "the log \(path) cannot be written: \(String(cString: strerror(errno)))",
                remedy: "choose another file with -l")
        }
        (descriptor, size) = opened
    }

    /// Takes the standard error, for words alone.
    init() {
        (logging, form) = (LoggingConfiguration(), .plain)
        (descriptor, size) = (STDERR_FILENO, 0)
    }

    /// The same place under another configuration that names it too, or that other one's own.
    func replaced(by other: LogFile) -> LogFile {
        guard other.logging.file == logging.file else {
            close()
            var other = other
            other.missing = missing
            return other
        }
        other.close()
        var result = other
        (result.descriptor, result.size) = (descriptor, size)
        (result.missing, result.isTorn) = (missing, isTorn)
        return result
    }

    func close() {
        if logging.file != nil { _ = Glibc.close(descriptor) }
    }

    /// Goes on in a new file of the same name, after somebody has moved the old one away.
    mutating func reopen() {
        guard let path = logging.file else {
            return append(LogLine(.info, "File log re-open ignored, not a file logger"))
        }
        guard let opened = Self.open(path) else {
            return append(LogLine(.error, "The log \(path) cannot be opened again"))
        }
        close()
        (descriptor, size, isTorn) = (opened.descriptor, opened.size, false)
        append(LogLine(.info, "File log re-opened"))
    }

    // MARK: Lines

    /// Writes a line. One that cannot be written, on a disk that is full, is counted, and told of when there is room
    /// again.
    mutating func append(_ line: LogLine) {
        guard tellMissing() else { return missing &+= 1 }
        if !write(line) { missing &+= 1 }
    }

    /// Some lines will not come.
    mutating func miss(_ count: UInt64) {
        guard count > 0 else { return }
        missing &+= count
        _ = tellMissing()
    }

    /// - Returns: whether nothing is missing that was not told of.
    private mutating func tellMissing() -> Bool {
        guard missing > 0 else { return true }
        guard write(LogLine(.warning, "\(missing) lines of the log are missing here: they could not be written")) else {
            return false
        }
        missing = 0
        return true
    }

    private mutating func write(_ line: LogLine) -> Bool {
        let bytes = line.bytes(form)
        if let limit = logging.sizeLimit, logging.file != nil, size > 0, size + bytes.count > limit { rotate() }
        return put(bytes)
    }

    /// Writes bytes, and waits for whoever reads them as long as that takes.
    private mutating func put(_ bytes: [UInt8]) -> Bool {
        // What is left of a line that could not be finished does not become the beginning of another.
        var rest = (isTorn ? [UInt8(ascii: "\n")] + bytes : bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            if count < 0 && errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waiting, 1, -1)
                continue
            }
            guard count > 0 else { return false }
            isTorn = true
            size += count
            rest = rest.dropFirst(count)
        }
        isTorn = false
        return true
    }

    // MARK: Files

    private static func open(_ path: String) -> (descriptor: Int32, size: Int)? {
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { return nil }
        return (descriptor, max(0, lseek(descriptor, 0, SEEK_END)))
    }

    /// Gives the file a name with the time, begins a new one and removes those that are too many.
    private mutating func rotate() {
        guard let path = logging.file else { return }
        let time = LocalTime.logText(LocalTime.nanoseconds(), isUTC: logging.usesUTC).map {
            "/: ".contains($0) ? "." : $0
        }
        let backup = "\(path).\(String(time))"
        rename(path, backup)
        guard let opened = Self.open(path) else { return }
        close()
        (descriptor, size, isTorn) = (opened.descriptor, opened.size, false)
        note("Rotated log, backup saved as \"\(backup)\"")
        removeBackups(of: path)
    }

    /// A line about the files themselves, which does not begin another one.
    private mutating func note(_ text: String) {
        _ = put(LogLine(.info, text).bytes(form))
    }

    private mutating func removeBackups(of path: String) {
        guard let most = logging.maximumFiles else { return }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let folder = parts.dropLast().joined(separator: "/")
        let prefix = (parts.last.map(String.init) ?? "") + "."
        let place = path.hasPrefix("/") && folder.isEmpty ? "/" : folder.isEmpty ? "." : folder
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        // The time in the name sorts them.
        let old = names.filter {
            $0.hasPrefix(prefix) && $0.dropFirst(prefix.count).allSatisfy { $0.isNumber || $0 == "." }
        }
        for name in old.sorted().dropLast(max(0, most - 1)) where unlink("\(place)/\(name)") == 0 {
            note("Purged log file \"\(name)\"")
        }
    }
}
