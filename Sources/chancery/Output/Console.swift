import Glibc
import Secrets

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

    /// Says something to a person.
    static func say(_ line: String) {
        write(line + "\n", to: STDERR_FILENO)
    }

    /// Asks a person, who answers on the same line.
    static func ask(_ question: String) {
        write(printable(question), to: STDERR_FILENO)
    }

    /// Warns a person.
    static func warn(_ text: String) {
        say(coloured("warning:", "33") + " " + printable(withoutSeeds(text)))
    }

    /// Tells a person what went wrong and what to do about it.
    static func complain(_ text: String, remedy: String?) {
        say(coloured("error:", "31") + " " + printable(withoutSeeds(text)))
        if let remedy, !remedy.isEmpty { say("  " + printable(withoutSeeds(remedy))) }
    }

    /// The number of columns to fit tables into, or nil where nothing limits them.
    static var width: Int? {
        if let columns = Environment.value("COLUMNS").flatMap({ Int($0) }), columns > 0 { return columns }
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// The text without characters that could command a terminal.
    static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnprintable) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isUnprintable($0) ? "\u{FFFD}" : $0 }))
    }

    /// The text with every word left out that is a seed, or may be one that was cut or written in small letters: words
    /// given where a name or a file was meant come back in errors, and errors end up in logs.
    static func withoutSeeds(_ text: String) -> String {
        var result = ""
        var word = ""
        for character in text + " " {
            if character.isASCII, character.isLetter || character.isNumber {
                word.append(character)
                continue
            }
            result += looksLikeSeed(word) ? "[a seed, not shown]" : word
            result.append(character)
            word = ""
        }
        return String(result.dropLast())
    }

    private static func looksLikeSeed(_ word: String) -> Bool {
        let letters = word.uppercased().utf8
        return letters.first == UInt8(ascii: "S") && letters.count >= 40
            && letters.allSatisfy { (0x41...0x5A).contains($0) || (0x32...0x37).contains($0) }
    }

    private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        // Marks that turn the direction of writing round make one text look like another.
        if (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value) { return true }
        return isControl(scalar)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        (scalar.value < 0x20 && scalar != "\n" && scalar != "\t") || (0x7F...0x9F).contains(scalar.value)
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

    /// Writes all of it, without a buffer: whoever reads a line gets it at once. A reader that went away ends it.
    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
        Progress.shared.clear()
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            let count = Glibc.write(descriptor, base, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        }
    }
}
