import FoundationEssentials
import Glibc

/// `--signal COMMAND[=PROCESS]`: tells a running broker something, as nats-server does.
struct BrokerSignal {
    private static let numbers: [String: Int32] = [
        "stop": SIGKILL, "quit": SIGINT, "term": SIGTERM, "reopen": SIGUSR1, "reload": SIGHUP, "ldm": SIGUSR2,
    ]

    private let command: String
    private let number: Int32
    /// A process number, possibly with a `*` for what follows; nil for the only broker there is.
    private let process: String?

    /// - Parameter text: `reload`, `reload=1234`, `reload=/run/nats.pid` or `reload=12*`.
    init(_ text: String) throws(CommandFailure) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let number = Self.numbers[parts[0]] else {
            throw CommandFailure(
                message: "unknown signal \"\(parts[0])\"", remedy: "known are ldm, stop, quit, term, reopen and reload")
        }
        command = parts[0]
        self.number = number
        process = parts.count == 2 ? Self.process(parts[1]) : nil
    }

    /// What a file of that name says, or the text itself.
    private static func process(_ text: String) -> String {
        guard let content = try? Data(contentsOf: URL(filePath: text)), content.count <= 64 else { return text }
        return String(decoding: content, as: UTF8.self).filter { !$0.isWhitespace }
    }

    func send() throws(CommandFailure) {
        for process in try processes() where kill(process, number) != 0 {
            throw CommandFailure(
                message: "signal \"\(command)\" \(process): \(String(cString: strerror(errno)))",
                remedy: "is it running, and yours?")
        }
    }

    private func processes() throws(CommandFailure) -> [pid_t] {
        let isPrefix = process?.hasSuffix("*") ?? false
        let digits = process.map { isPrefix ? String($0.dropLast()) : $0 } ?? ""
        guard digits.isEmpty || (pid_t(digits) ?? 0) > 0 else {
            throw CommandFailure(
                message: "invalid pid: \(digits)", remedy: "give a process number, or the path of a file with one")
        }
        if !isPrefix, let process = pid_t(digits) { return [process] }
        let running = Self.running().filter { String($0).hasPrefix(digits) }
        guard !running.isEmpty else {
            throw CommandFailure(message: "no chancery broker processes running", remedy: nil)
        }
        guard running.count == 1 || isPrefix else {
            throw CommandFailure(
                message: "multiple chancery broker processes running: "
                    + running.map(String.init).joined(separator: ", "),
                remedy: "say which: --signal \(command)=\(running[0])")
        }
        return running
    }

    /// The brokers of this machine: processes of this program whose first word is `broker`.
    private static func running() -> [pid_t] {
        let own = name(of: CommandLine.arguments[0])
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.sorted().filter { process in
            guard process != getpid(), let line = try? Data(contentsOf: URL(filePath: "/proc/\(process)/cmdline"))
            else {
                return false
            }
            let words = line.split(separator: 0, omittingEmptySubsequences: false)
            return words.count > 1 && name(of: String(decoding: words[0], as: UTF8.self)) == own
                && words[1].elementsEqual("broker".utf8)
        }
    }

    private static func name(of path: String) -> String {
        String(path.split(separator: "/").last ?? "")
    }
}
