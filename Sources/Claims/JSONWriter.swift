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

    /// The name of the member whose value comes next, one that needs no escapes.
    mutating func name(_ name: StaticString) {
        separate()
        bytes.append(0x22)
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(0x22)
        bytes.append(0x3A)
        needsComma = false
    }

    /// The name of the member whose value comes next, when it is data.
    mutating func dataName(_ name: String) {
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
        var text = text
        separate()
        bytes.append(0x22)
        text.withUTF8 { writeContent($0) }
        bytes.append(0x22)
    }

    /// Copies runs of bytes that stand for themselves, and escapes what is between them.
    private mutating func writeContent(_ text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        var index = 0
        while index < text.count {
            let length = escapedLength(text, index)
            if length > 0 {
                bytes.append(contentsOf: text[start..<index])
                // The last byte of U+2028 and U+2029 tells them apart.
                escape(length == 1 ? UInt32(text[index]) : 0x2000 | UInt32(text[index + 2] & 0x3F))
                start = index + length
            }
            index += max(1, length)
        }
        bytes.append(contentsOf: text[start...])
    }

    /// The number of bytes at `index` that must be escaped together; 0 if they stand for themselves.
    ///
    /// Besides what JSON demands, these are the characters that would let a text stand out of HTML or a script.
    private func escapedLength(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int {
        switch text[index] {
        case 0..<0x20, 0x22, 0x26, 0x3C, 0x3E, 0x5C: 1
        case 0xE2 where index + 2 < text.count && text[index + 1] == 0x80 && text[index + 2] & 0xFE == 0xA8: 3
        default: 0
        }
    }

    private mutating func escape(_ scalar: UInt32) {
        bytes.append(0x5C)
        switch scalar {
        case 0x22, 0x5C: bytes.append(UInt8(truncatingIfNeeded: scalar))
        case 0x08: bytes.append(0x62)
        case 0x0C: bytes.append(0x66)
        case 0x0A: bytes.append(0x6E)
        case 0x0D: bytes.append(0x72)
        case 0x09: bytes.append(0x74)
        default:
            let digits = String(scalar, radix: 16)
            bytes.append(0x75)
            bytes.append(contentsOf: repeatElement(0x30, count: 4 - digits.utf8.count))
            bytes.append(contentsOf: digits.utf8)
        }
    }

    private mutating func literal(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
    }
}

// MARK: Members

extension JSONWriter {
    /// A member that is left out when empty.
    mutating func member(_ name: StaticString, _ value: String) {
        guard !value.isEmpty else { return }
        self.name(name)
        write(value)
    }

    /// A member that is left out when 0.
    mutating func member(_ name: StaticString, _ value: some BinaryInteger) {
        guard value != 0 else { return }
        self.name(name)
        write(value)
    }

    /// A member that is left out when false.
    mutating func member(_ name: StaticString, _ value: Bool) {
        guard value else { return }
        self.name(name)
        write(value)
    }

    /// A member that is left out when empty.
    mutating func member(_ name: StaticString, _ value: [String]) {
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
    mutating func write(_ members: TextDictionary<JSONValue>) {
        beginObject()
        for (name, value) in members {
            dataName(name)
            write(value)
        }
        endObject()
    }
}
