/// Reads one file (or the value of one variable) from left to right: sections, keys, lists.
struct ConfigurationReader {
    /// What files that include each other share.
    struct State {
        let surroundings: ConfigurationSurroundings
        let limits: ConfigurationText.Limits
        var sources: [String: ConfigurationSource] = [:]
        var warnings: [ConfigurationProblem] = []
        var bytes = 0
        /// How many values variables stood for so far.
        var values = 0
        /// The files and variables that are being read, from the outside in.
        var open: [String] = []

        init(surroundings: ConfigurationSurroundings, limits: ConfigurationText.Limits) {
            self.surroundings = surroundings
            self.limits = limits
        }
    }

    let source: ConfigurationSource
    var state: State
    var offset = 0
    /// The sections that are being read, from the outside in: where a variable is looked for.
    var scopes: [ConfigurationMap] = []
    /// How many lists are open.
    var lists = 0
    /// The place that was asked for last, from which the next one is found.
    private var mark = (offset: 0, line: 1, column: 1)

    var bytes: [UInt8] { source.bytes }

    /// - Parameter includer: makes the problem of a file that includes itself, or is one too many.
    init(
        _ bytes: [UInt8], file: String, state: State, from includer: ((String) -> ConfigurationError)?
    ) throws(ConfigurationError) {
        // Some editors begin a file with a byte order mark.
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        source = ConfigurationSource(file: file, bytes: text)
        self.state = state
        self.state.sources[file] = source
        self.state.bytes += text.count
        guard self.state.bytes <= state.limits.bytes else {
            let message = "the configuration has more than \(state.limits.bytes) bytes"
            throw includer?(message) ?? problem(.tooLarge, at: 0, message)
        }
        guard !state.open.contains(file), state.open.count < state.limits.includes else {
            let message = state.open.contains(file) ? "\(file) refers to itself" : "too many files include each other"
            throw includer?(message) ?? problem(.tooLarge, at: 0, message)
        }
        self.state.open.append(file)
        try checkEncoding()
    }

    /// Text that is not UTF-8, and NUL, would come out as something else than what was written.
    private func checkEncoding() throws(ConfigurationError) {
        if let offset = bytes.firstIndex(of: 0) {
            throw problem(.syntax, at: offset, "a configuration is text, and this is a NUL byte")
        }
        // Validated as a whole first: only a broken file is searched for the place.
        guard String(validating: bytes, as: UTF8.self) == nil else { return }
        var iterator = bytes.makeIterator()
        var decoder = UTF8()
        var offset = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { offset += UTF8.width(scalar) }
        throw problem(.syntax, at: offset, "this is not UTF-8", remedy: "save the file in UTF-8")
    }

    /// Reads the whole text as keys and values, which may stand in braces.
    mutating func readFile() throws(ConfigurationError) -> ConfigurationMap {
        skipFiller()
        let isBraced = peek == UInt8(ascii: "{")
        if isBraced { offset += 1 }
        let map = try readEntries(until: isBraced ? UInt8(ascii: "}") : nil)
        skipFiller()
        guard peek == nil else {
            throw problem(.syntax, at: offset, "the file goes on behind its closing brace")
        }
        state.open.removeLast()
        return map
    }

    /// Reads keys and values up to the closing brace, or the end of the file.
    mutating func readEntries(until close: UInt8?) throws(ConfigurationError) -> ConfigurationMap {
        let start = offset
        guard scopes.count + lists < state.limits.depth else {
            throw problem(
                .tooLarge, at: offset, "sections and lists stand more than \(state.limits.depth) deep in each other")
        }
        scopes.append(ConfigurationMap())
        while true {
            skipFiller(alsoSeparators: true)
            guard let byte = peek else {
                guard close == nil else {
                    throw problem(
                        .syntax, at: max(0, start - 1), "this brace is not closed", remedy: "write } at its end")
                }
                break
            }
            if byte == UInt8(ascii: "}") {
                guard close != nil else {
                    throw problem(.syntax, at: offset, "this brace closes nothing", remedy: "remove it")
                }
                offset += 1
                break
            }
            try readEntry()
            try readSeparator(before: close, "the value")
        }
        return scopes.removeLast()
    }

    private mutating func readEntry() throws(ConfigurationError) {
        let position = position(at: offset)
        let key = try readKey()
        if key.isInclude {
            return try readInclude()
        }
        let value = try readValue(of: key.name)
        let entry = ConfigurationMap.Entry(key: key.name, position: position, value: value)
        set(entry)
    }

    /// Sets a key of the section that is being read.
    mutating func set(_ entry: ConfigurationMap.Entry) {
        guard let previous = scopes[scopes.count - 1].set(entry) else { return }
        let message = "\"\(entry.key)\" is written twice, and the last one counts; the first is at \(previous)"
        state.warnings.append(problem(.duplicateKey, at: entry.position, message, remedy: "remove one of them"))
    }

    /// Reads a list behind its opening bracket.
    mutating func readList() throws(ConfigurationError) -> [ConfigurationValue] {
        let start = offset - 1
        guard scopes.count + lists < state.limits.depth else {
            throw problem(
                .tooLarge, at: start, "sections and lists stand more than \(state.limits.depth) deep in each other")
        }
        lists += 1
        defer { lists -= 1 }
        var values: [ConfigurationValue] = []
        while true {
            skipFiller()
            switch peek {
            case nil:
                throw problem(.syntax, at: start, "this bracket is not closed", remedy: "write ] at its end")
            case UInt8(ascii: "]"):
                offset += 1
                return values
            case UInt8(ascii: ","), UInt8(ascii: ";"):
                throw problem(.syntax, at: offset, "a value is missing here", remedy: "remove this character")
            default:
                values.append(try readValue(of: nil))
                try readSeparator(before: UInt8(ascii: "]"), "the value")
            }
        }
    }

    /// What must stand behind a value: a comma, a new line or a comment, or the end of what it is in.
    mutating func readSeparator(before close: UInt8?, _ what: String) throws(ConfigurationError) {
        skipBlanks()
        let inList = close == UInt8(ascii: "]")
        guard let byte = peek, !Self.isLineEnd(byte), !isAtComment else {
            skipFiller()
            // A comma at the start of the next line separates too.
            if inList, peek == UInt8(ascii: ",") { offset += 1 }
            return
        }
        if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") && !inList {
            offset += 1
            return
        }
        // The caller reads it, or says that it closes nothing.
        if byte == close || byte == UInt8(ascii: "}") && !inList { return }
        throw problem(
            .syntax, at: offset, "\(what) ends before this",
            remedy: inList
                ? "separate the values of a list by commas, and put quotes around a value with blanks"
                : "begin a new line here, or put quotes around a value with blanks")
    }

    // MARK: Characters

    var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    var isAtComment: Bool {
        peek == UInt8(ascii: "#")
            || peek == UInt8(ascii: "/") && offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: "/")
    }

    static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09
    }

    /// A carriage return ends a line too, as in nats-server; in front of a line feed it makes an empty one.
    static func isLineEnd(_ byte: UInt8) -> Bool {
        byte == 0x0A || byte == 0x0D
    }

    mutating func skipBlanks() {
        while let byte = peek, Self.isBlank(byte) { offset += 1 }
    }

    /// Skips blanks, line ends and comments.
    mutating func skipFiller(alsoSeparators: Bool = false) {
        while let byte = peek {
            if isAtComment {
                while let byte = peek, !Self.isLineEnd(byte) { offset += 1 }
            } else if Self.isBlank(byte) || Self.isLineEnd(byte) {
                offset += 1
            } else if alsoSeparators, byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") {
                offset += 1
            } else {
                return
            }
        }
    }

    // MARK: Places

    /// A place that lies behind the one that was asked for last, mostly: a file may be one long line.
    mutating func position(at offset: Int) -> ConfigurationPosition {
        if offset < mark.offset { mark = (0, 1, 1) }
        for byte in bytes[mark.offset..<offset] {
            if byte == 0x0A {
                mark.line += 1
                mark.column = 1
            } else if byte & 0xC0 != 0x80 {
                mark.column += 1
            }
        }
        mark.offset = offset
        return ConfigurationPosition(file: source.file, line: mark.line, column: mark.column)
    }

    // MARK: Problems

    func problem(
        _ code: ConfigurationProblem.Code, at offset: Int, _ message: String, remedy: String = ""
    ) -> ConfigurationError {
        ConfigurationError([problem(code, at: source.position(at: offset), message, remedy: remedy)])
    }

    func problem(
        _ code: ConfigurationProblem.Code, at position: ConfigurationPosition, _ message: String, remedy: String
    ) -> ConfigurationProblem {
        ConfigurationProblem(
            code: code, position: position, message: message, remedy: remedy,
            excerpt: state.sources[position.file]?.excerpt(at: position))
    }
}
