extension ConfigurationReader {
    /// Reads a value at its first character.
    ///
    /// - Parameter key: whose value it is, for messages; nil in a list.
    mutating func readValue(of key: String?) throws(ConfigurationError) -> ConfigurationValue {
        let start = offset
        let position = position(at: start)
        guard let first = peek else { throw problem(.syntax, at: start, "a value is missing here") }
        let content: ConfigurationValue.Content
        switch first {
        case UInt8(ascii: "{"):
            offset += 1
            content = .map(try readEntries(until: UInt8(ascii: "}")))
        case UInt8(ascii: "["):
            offset += 1
            content = .array(try readList())
        case UInt8(ascii: "\""):
            content = .string(try readEscapedString())
        case UInt8(ascii: "'"):
            content = .string(try readPlainString())
        case UInt8(ascii: "("):
            content = .string(try readBlock())
        default:
            return ConfigurationValue(try readBare(of: key), at: position)
        }
        return ConfigurationValue(content, at: position)
    }

    /// Reads a value without quotes, and finds out what it is.
    private mutating func readBare(of key: String?) throws(ConfigurationError) -> ConfigurationValue.Content {
        let start = offset
        var text: [UInt8] = []
        var hasEscape = false
        while let byte = peek, !Self.endsBareValue(byte) {
            if byte == UInt8(ascii: "\\") {
                text.append(try readEscape())
                hasEscape = true
            } else {
                text.append(byte)
                offset += 1
            }
        }
        guard offset > start else {
            let what = key.map { "\"\($0)\" has no value" } ?? "a value is missing here"
            throw problem(.syntax, at: start, what, remedy: "\"\" is an empty text")
        }
        let string = try self.text(text, from: start)
        if let quote = bytes[start..<offset].firstIndex(of: UInt8(ascii: "'")) {
            throw problem(.syntax, at: quote, "this quote is inside a text", remedy: "put the whole text in quotes")
        }
        if hasEscape { return .string(string) }
        if text.first == UInt8(ascii: "$"), !string.hasPrefix(Self.bcryptPrefix) {
            return try variable(String(string.dropFirst()), at: start).content
        }
        return try classify(string, at: start)
    }

    /// How a password's bcrypt hash begins, which is no variable.
    private static let bcryptPrefix = "$2a$"

    static func endsBareValue(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "]"), UInt8(ascii: "}"): true
        default: isBlank(byte) || isLineEnd(byte)
        }
    }

    private func classify(_ text: String, at start: Int) throws(ConfigurationError) -> ConfigurationValue.Content {
        switch text.lowercased() {
        case "true", "yes", "on": return .boolean(true)
        case "false", "no", "off": return .boolean(false)
        default: break
        }
        switch ConfigurationNumber(text) {
        case .none: return .string(text)
        case .integer(let value, let unit): return .integer(value, unit: unit)
        case .float(let value): return .float(value)
        case .date: return .date(text)
        case .outOfRange:
            throw problem(
                .wrongValue, at: start, "this number is too large", remedy: "the largest is \(Int64.max)")
        case .malformed:
            throw problem(
                .syntax, at: start, "this begins as a number or a date and is none", remedy: "put it in quotes")
        }
    }

    // MARK: Variables

    /// The value that a variable stands for: that of a key written earlier in this section or in one around it, or
    /// that of an environment variable, which is read as a value itself.
    private mutating func variable(_ name: String, at start: Int) throws(ConfigurationError) -> ConfigurationValue {
        for scope in scopes.indices.reversed() {
            guard let value = scopes[scope].refer(to: name) else { continue }
            try countValues(of: value, at: start)
            return value
        }
        guard let text = state.surroundings.environmentVariable(name) else {
            throw problem(
                .unknownVariable, at: start, "there is no variable \"\(name)\"",
                remedy: "set it above this line, or in the environment; '$…' in quotes is text")
        }
        let here = self
        var reader = try ConfigurationReader(Array(text.utf8), file: "$" + name, state: state) { message in
            here.problem(.tooLarge, at: start, message)
        }
        let value = try reader.readWholeValue()
        state = reader.state
        return value
    }

    /// Values that refer to values that refer to values can stand for more than any memory holds.
    private mutating func countValues(of value: ConfigurationValue, at start: Int) throws(ConfigurationError) {
        state.values += value.count(atMost: state.limits.values)
        guard state.values <= state.limits.values else {
            throw problem(.tooLarge, at: start, "the variables stand for more than \(state.limits.values) values")
        }
    }

    /// Reads the whole text as one value; nothing at all is an empty string.
    private mutating func readWholeValue() throws(ConfigurationError) -> ConfigurationValue {
        skipFiller()
        guard peek != nil else {
            state.open.removeLast()
            return ConfigurationValue(.string(""), at: position(at: 0))
        }
        let value = try readValue(of: nil)
        try readSeparator(before: nil, "the value of this variable")
        guard peek == nil else {
            throw problem(
                .syntax, at: offset, "the value of this variable ends before this", remedy: "put quotes around it")
        }
        state.open.removeLast()
        return value
    }
}
