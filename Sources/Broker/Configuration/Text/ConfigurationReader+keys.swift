extension ConfigurationReader {
    /// A key, or the word that includes a file.
    struct Key {
        let name: String
        let isInclude: Bool
    }

    /// Reads a key and what separates it from its value: `=`, `:` or blanks.
    mutating func readKey() throws(ConfigurationError) -> Key {
        let start = offset
        guard let first = peek else { throw problem(.syntax, at: start, "a key is missing here") }
        let name: String
        let isQuoted = first == UInt8(ascii: "\"") || first == UInt8(ascii: "'")
        if isQuoted {
            name = try readQuotedKey(quote: first)
        } else {
            name = try readBareKey()
        }
        let isInclude = !isQuoted && name.lowercased() == "include" && peek.map(Self.isBlank) ?? false
        skipBlanks()
        if isInclude, let byte = peek, !Self.isSeparator(byte), !Self.isLineEnd(byte) {
            return Key(name: name, isInclude: true)
        }
        // The separator, and without one the value, may stand on the next line.
        skipBlanksAndLineEnds()
        if let separator = peek, Self.isSeparator(separator) {
            offset += 1
            skipBlanks()
            // At the top of a file nothing but the next key is to be expected on the next line.
            if scopes.count > 1 { skipBlanksAndLineEnds() }
        }
        guard let byte = peek, !Self.isLineEnd(byte) else { throw missingValue(of: name, at: start) }
        return Key(name: name, isInclude: false)
    }

    private mutating func skipBlanksAndLineEnds() {
        while let byte = peek, Self.isBlank(byte) || Self.isLineEnd(byte) { offset += 1 }
    }

    private func missingValue(of key: String, at start: Int) -> ConfigurationError {
        problem(
            .syntax, at: start, "\"\(key)\" has no value",
            remedy: "write the value on the same line; \"\" is an empty text")
    }

    private mutating func readBareKey() throws(ConfigurationError) -> String {
        let start = offset
        while let byte = peek, !Self.isBlank(byte), !Self.isLineEnd(byte), !Self.isSeparator(byte) {
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                throw problem(.syntax, at: offset, "a key ends before this", remedy: "put a blank before it")
            }
            guard !Self.isBracket(byte) else {
                throw problem(
                    .syntax, at: offset, "this is no part of a key", remedy: "remove it, or put quotes around the key")
            }
            offset += 1
        }
        guard offset > start else {
            throw problem(.syntax, at: start, "a key is missing before this", remedy: "write key: value")
        }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    /// A key in quotes is taken as it stands; nothing in it can be escaped.
    private mutating func readQuotedKey(quote: UInt8) throws(ConfigurationError) -> String {
        let start = offset
        offset += 1
        while let byte = peek, byte != quote, !Self.isLineEnd(byte) { offset += 1 }
        guard peek == quote else {
            throw problem(
                .syntax, at: start, "the quote is not closed", remedy: "write the same quote at the end of the key")
        }
        offset += 1
        return String(decoding: bytes[(start + 1)..<(offset - 1)], as: UTF8.self)
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ":") || byte == UInt8(ascii: "=")
    }

    private static func isBracket(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: "("), UInt8(ascii: ")"): true
        default: false
        }
    }

    // MARK: Include

    /// Reads `include path`: the keys of that file become keys of this section.
    ///
    /// The file is read for itself; it does not see the variables of the file that includes it.
    mutating func readInclude() throws(ConfigurationError) {
        let start = offset
        guard case .string(let path) = try readValue(of: "include").content, !path.isEmpty else {
            throw problem(.syntax, at: start, "the path of a file belongs here", remedy: "write include \"file.conf\"")
        }
        let resolved = Self.resolve(path, beside: source.file)
        let content: [UInt8]
        do {
            content = try state.surroundings.readFile(resolved)
        } catch {
            throw problem(.unreadableFile, at: start, "\(resolved) cannot be read: \(error)", remedy: "check the path")
        }
        let here = self
        var reader = try ConfigurationReader(content, file: resolved, state: state) { message in
            here.problem(.tooLarge, at: start, message)
        }
        let map = try reader.readFile()
        state = reader.state
        for entry in map.entries {
            set(entry)
            // A variable of the included file is used there, whoever else uses it.
            if entry.isReferenced { _ = scopes[scopes.count - 1].refer(to: entry.key) }
        }
    }

    /// A path that does not begin at the root is relative to the file that names it.
    static func resolve(_ path: String, beside file: String) -> String {
        guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
        return file[...slash] + path
    }
}
