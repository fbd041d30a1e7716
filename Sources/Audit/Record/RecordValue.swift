/// A value of a record's JSON, as records are written: no blanks, whole numbers, members in the order in which they stand.
indirect enum RecordValue {
    case null
    case integer(Int64)
    case text(String)
    case list([RecordValue])
    case object([(name: String, value: RecordValue)])

    /// Reads a whole text; nil for anything that ``RecordWriter`` could not have written, or that is nested deeper than
    /// records are.
    init?(parsing bytes: some Collection<UInt8>) {
        var reader = RecordReader(bytes)
        guard let value = reader.value(depth: 0), reader.isAtEnd else { return nil }
        self = value
    }

    var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    var integer: Int64? {
        if case .integer(let integer) = self { integer } else { nil }
    }

    var list: [RecordValue]? {
        if case .list(let list) = self { list } else { nil }
    }

    var members: [(name: String, value: RecordValue)]? {
        if case .object(let members) = self { members } else { nil }
    }
}

/// Reads the JSON of records, byte by byte.
private struct RecordReader {
    /// Records have objects in lists in objects.
    private static let deepest = 6

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: some Collection<UInt8>) {
        self.bytes = Array(bytes)
    }

    var isAtEnd: Bool { position == bytes.count }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    mutating func value(depth: Int) -> RecordValue? {
        guard depth < Self.deepest, let first = next else { return nil }
        switch first {
        case UInt8(ascii: "{"): return object(depth).map(RecordValue.object)
        case UInt8(ascii: "["): return list(depth).map(RecordValue.list)
        case UInt8(ascii: "\""): return text().map(RecordValue.text)
        case UInt8(ascii: "n"): return word("null") ? .null : nil
        default: return integer().map(RecordValue.integer)
        }
    }

    private mutating func word(_ word: StaticString) -> Bool {
        for index in 0..<word.utf8CodeUnitCount where !take(word.utf8Start[index]) { return false }
        return true
    }

    private mutating func object(_ depth: Int) -> [(name: String, value: RecordValue)]? {
        position += 1
        var members: [(name: String, value: RecordValue)] = []
        if take(UInt8(ascii: "}")) { return members }
        repeat {
            guard next == UInt8(ascii: "\""), let name = text(), take(UInt8(ascii: ":")),
                let value = value(depth: depth + 1)
            else { return nil }
            members.append((name, value))
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}")) ? members : nil
    }

    private mutating func list(_ depth: Int) -> [RecordValue]? {
        position += 1
        var elements: [RecordValue] = []
        if take(UInt8(ascii: "]")) { return elements }
        repeat {
            guard let value = value(depth: depth + 1) else { return nil }
            elements.append(value)
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]")) ? elements : nil
    }

    /// A whole number without a leading zero.
    private mutating func integer() -> Int64? {
        let start = position
        let isNegative = take(UInt8(ascii: "-"))
        let digits = position
        var number: Int64 = 0
        while let byte = next, (0x30...0x39).contains(byte) {
            let (scaled, overflow) = number.multipliedReportingOverflow(by: 10)
            let digit = Int64(byte - 0x30)
            let (sum, overflows) =
                isNegative ? scaled.subtractingReportingOverflow(digit) : scaled.addingReportingOverflow(digit)
            guard !overflow, !overflows else { return nil }
            number = sum
            position += 1
        }
        guard position > digits, position == digits + 1 || bytes[digits] != 0x30,
            !isNegative || number != 0
        else {
            position = start
            return nil
        }
        return number
    }

    private mutating func text() -> String? {
        position += 1
        let start = position
        // Most texts have no escapes.
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
        guard next != UInt8(ascii: "\"") else {
            defer { position += 1 }
            return String(validating: bytes[start..<position], as: UTF8.self)
        }
        var content = Array(bytes[start..<position])
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: content, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = escape() else { return nil }
                content.append(escaped)
            case 0..<0x20: return nil
            default: content.append(byte)
            }
        }
        return nil
    }

    /// What a backslash stands before: a quote, a backslash, or a control character in four digits.
    private mutating func escape() -> UInt8? {
        guard let byte = next else { return nil }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return byte
        case UInt8(ascii: "u"):
            guard position + 4 <= bytes.count, bytes[position] == 0x30, bytes[position + 1] == 0x30,
                let value = UInt8(String(decoding: bytes[position + 2..<position + 4], as: UTF8.self), radix: 16),
                value < 0x20
            else { return nil }
            position += 4
            return value
        default: return nil
        }
    }
}
