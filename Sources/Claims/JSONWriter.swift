/// Writes JSON byte for byte as the reference does: members in the order they are given, no white space, its escapes,
/// and empty members left out where it leaves them out.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// The text written so far.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    // MARK: Structure

    mutating func beginObject() { open(0x7B) }
    mutating func endObject() { close(0x7D) }
    mutating func beginArray() { open(0x5B) }
    mutating func endArray() { close(0x5D) }

    /// The name of the member whose value comes next.
    mutating func name(_ name: String) {
        write(name)
        bytes.append(0x3A)
        needsComma = false
    }

    private mutating func open(_ mark: UInt8) {
        separate()
        bytes.append(mark)
        needsComma = false
    }

    private mutating func close(_ mark: UInt8) {
        bytes.append(mark)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(0x2C) }
        needsComma = true
    }

    // MARK: Values

    mutating func writeNull() { literal("null") }

    mutating func write(_ value: Bool) { literal(value ? "true" : "false") }

    mutating func write(_ value: some BinaryInteger) { literal(String(value)) }

    mutating func write(_ value: Double) { literal(JSONNumber.text(value)) }

    mutating func write(_ text: String) {
        separate()
        bytes.append(0x22)
        defer { bytes.append(0x22) }
        // Nearly every text needs no escape.
        guard text.utf8.contains(where: Self.needsCare) else {
            bytes.append(contentsOf: text.utf8)
            return
        }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                bytes.append(0x5C)
                bytes.append(UInt8(scalar.value))
            case "\u{08}": bytes.append(contentsOf: "\\b".utf8)
            case "\u{0C}": bytes.append(contentsOf: "\\f".utf8)
            case "\n": bytes.append(contentsOf: "\\n".utf8)
            case "\r": bytes.append(contentsOf: "\\r".utf8)
            case "\t": bytes.append(contentsOf: "\\t".utf8)
            // So that the text may stand in HTML or be taken for a script.
            case "\0"..<" ", "<", ">", "&", "\u{2028}", "\u{2029}": escape(scalar)
            default: bytes.append(contentsOf: scalar.utf8)
            }
        }
    }

    /// Whether a byte is, or may be part of, a character that is escaped.
    private static func needsCare(_ byte: UInt8) -> Bool {
        switch byte {
        case 0..<0x20, 0x22, 0x26, 0x3C, 0x3E, 0x5C, 0x80...: true
        default: false
        }
    }

    private mutating func escape(_ scalar: Unicode.Scalar) {
        let digits = String(scalar.value, radix: 16)
        bytes.append(contentsOf: "\\u".utf8)
        bytes.append(contentsOf: repeatElement(0x30, count: 4 - digits.utf8.count))
        bytes.append(contentsOf: digits.utf8)
    }

    private mutating func literal(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
    }
}

// MARK: Members

extension JSONWriter {
    /// A member that is left out when empty.
    mutating func member(_ name: String, _ value: String) {
        guard !value.isEmpty else { return }
        self.name(name)
        write(value)
    }

    /// A member that is left out when 0.
    mutating func member(_ name: String, _ value: some BinaryInteger) {
        guard value != 0 else { return }
        self.name(name)
        write(value)
    }

    /// A member that is left out when false.
    mutating func member(_ name: String, _ value: Bool) {
        guard value else { return }
        self.name(name)
        write(value)
    }

    /// A member that is left out when empty.
    mutating func member(_ name: String, _ value: [String]) {
        guard !value.isEmpty else { return }
        self.name(name)
        write(value)
    }

    mutating func write(_ value: [String]) {
        beginArray()
        for text in value { write(text) }
        endArray()
    }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: writeNull()
        case .bool(let value): write(value)
        case .number(let value): write(value)
        case .string(let value): write(value)
        case .array(let elements):
            beginArray()
            for element in elements { write(element) }
            endArray()
        case .object(let members): write(members)
        }
    }

    /// An object with its names sorted bytewise.
    mutating func write(_ members: [String: JSONValue]) {
        beginObject()
        for (name, value) in members.sortedByName() {
            self.name(name)
            write(value)
        }
        endObject()
    }
}

extension Dictionary where Key == String {
    /// The entries in the byte order of their keys.
    func sortedByName() -> [(key: String, value: Value)] {
        sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
}
