import Broker
import Glibc
import NKeys
import Secrets
import Synchronization

/// Where words go: data to the standard output, everything said to a person to the standard error.
enum Console {
    /// Writes a line of data.
    static func data(_ line: String) {
        write(line + "\n", to: STDOUT_FILENO)
    }

    /// Writes data as it is, without a newline.
    static func raw(_ text: String) {
        write(text, to: STDOUT_FILENO)
    }

    /// Writes data that must not become a `String`.
    static func raw(_ bytes: UnsafeRawBufferPointer) {
        write(bytes, to: STDOUT_FILENO)
    }

    /// Writes a line of data around a secret, in one piece and without making it a `String`.
    static func line(_ before: String, _ secret: Secret, _ after: String) {
        let (before, after) = (Array(before.utf8), Array((after + "\n").utf8))
        let line = Secret(count: before.count + secret.count + after.count) { line in
            line.copyBytes(from: before)
            secret.withBytes { bytes in
                UnsafeMutableRawBufferPointer(rebasing: line.dropFirst(before.count)).copyMemory(from: bytes)
            }
            UnsafeMutableRawBufferPointer(rebasing: line.suffix(after.count)).copyBytes(from: after)
        }
        line.withBytes { raw($0) }
    }

    /// Who takes what is said to a person, and writes it.
    private static let writer = Mutex<(@Sendable (BrokerEnvironment.LogLevel, String) -> Void)?>(nil)

    /// Has somebody else write what is said to a person from now on: the standard error may hold up whoever writes to it. With
    /// nil it is written here again.
    static func leaveWriting(to other: (@Sendable (BrokerEnvironment.LogLevel, String) -> Void)?) {
        writer.withLock { $0 = other }
    }

    /// Says something to a person.
    static func say(_ line: String) { say(.info, line) }

    private static func say(_ level: BrokerEnvironment.LogLevel, _ line: String) {
        if let write = writer.withLock({ $0 }) { return write(level, line) }
        write(line + "\n", to: STDERR_FILENO)
    }

    /// Asks a person, who answers on the same line.
    static func ask(_ question: String) {
        write(printable(question), to: STDERR_FILENO)
    }

    /// Warns a person.
    static func warn(_ text: String) {
        say(.warning, coloured("warning:", "33") + " " + printable(SecretText.hidden(in: text)))
    }

    /// Tells a person what went wrong and what to do about it.
    static func complain(_ text: String, remedy: String?) {
        say(.error, coloured("error:", "31") + " " + printable(SecretText.hidden(in: text)))
        if let remedy, !remedy.isEmpty { say("  " + printable(SecretText.hidden(in: remedy))) }
    }

    /// The number of columns to fit tables into, or nil where nothing limits them.
    static var width: Int? {
        if let columns = Environment.value("COLUMNS").flatMap({ Int($0) }), columns > 0 { return columns }
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// The text without characters that could command a terminal, or make one text look like another. Line breaks and
    /// tabs stay.
    static func printable(_ text: String) -> String {
        replaced(text) { isUnprintable($0) ? "\u{FFFD}" : nil }
    }

    /// The text without characters that could command a terminal, in one line: a line break shows as `\n`, a tab as `\t`.
    static func printableLine(_ text: String) -> String {
        replaced(text) { scalar in
            switch scalar {
            case "\n": "\\n"
            case "\t": "\\t"
            default: isUnprintable(scalar) ? "\u{FFFD}" : nil
            }
        }
    }

    private static func replaced(_ text: String, _ replacement: (Unicode.Scalar) -> String?) -> String {
        guard text.unicodeScalars.contains(where: { replacement($0) != nil }) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if let other = replacement(scalar) {
                result.append(contentsOf: other.unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    /// Control characters but line feed and tab, and what does not show but works on what does: marks that turn the
    /// direction of writing round, separators of lines, characters without width.
    static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control: scalar != "\n" && scalar != "\t"
        case .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    private static func coloured(_ text: String, _ colour: String) -> String {
        guard isatty(STDERR_FILENO) == 1, Environment.value("NO_COLOR") == nil, Environment.value("TERM") != "dumb"
        else {
            return text
        }
        return "\u{1B}[\(colour)m\(text)\u{1B}[0m"
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor) }
    }

    /// Why data could not be written; nil while all of it was.
    private static let failure = Mutex<String?>(nil)

    /// Why data was lost on its way to the standard output, or nil. A reader that went away wanted no more, and loses
    /// nothing.
    static var lostData: CommandFailure? {
        failure.withLock { $0 }.map { reason in
            CommandFailure(
                message: "the answer cannot be written to the standard output: \(reason)",
                remedy: "send it somewhere else, or make room; what the command says that it changed is changed")
        }
    }

    /// Writes all of it, without a buffer: whoever reads a line gets it at once. A reader that went away ends it.
    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
        Progress.shared.clear()
        // What comes after lost data would stand there as if nothing were missing.
        if descriptor == STDOUT_FILENO, lostData != nil { return }
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            let count = Glibc.write(descriptor, base, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                let reason = count < 0 ? errno : EIO
                if descriptor == STDOUT_FILENO, reason != EPIPE {
                    failure.withLock { $0 = String(cString: strerror(reason)).lowercased() }
                }
                return
            }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        }
    }
}
