/// The name of a certificate's subject, in the order of its text form (RFC 4514): the most particular part first.
///
/// Two names are compared part by part, each with all its attributes, by type and by exact value; never as text, where
/// a comma in a value could pass for the end of a part.
public struct DistinguishedName: Sendable, Hashable {
    public struct Attribute: Sendable, Hashable {
        /// The short name in capitals (`CN`, `OU`, `DC`), or the object identifier with dots.
        public let type: String
        public let value: String

        public init(type: String, value: String) {
            self.type = type.uppercased()
            self.value = value
        }
    }

    /// The parts, each a set of attributes: mostly one.
    public let parts: [Set<Attribute>]

    public init(parts: [Set<Attribute>]) {
        self.parts = parts
    }

    /// Reads a text such as `CN=press-07,OU=plant+L=Berlin,O=ACME`; nil for anything malformed. Blanks around types and
    /// at the ends of values do not count; `\` and two hexadecimal digits, or `\` and a special character, stand for that
    /// byte.
    public init?(_ text: String) {
        var reader = DistinguishedNameReader(Array(text.utf8))
        guard let parts = reader.read(), !parts.isEmpty else { return nil }
        self.parts = parts
    }

    /// Whether the names have the same parts, in whatever order.
    public func isReordering(of other: DistinguishedName) -> Bool {
        guard parts.count == other.parts.count else { return false }
        // Counted, so that a part that occurs twice has to occur twice.
        var counts: [Set<Attribute>: Int] = [:]
        for part in parts { counts[part, default: 0] += 1 }
        for part in other.parts { counts[part, default: 0] -= 1 }
        return counts.values.allSatisfy { $0 == 0 }
    }

    /// The name without its domain components (`DC`).
    var withoutDomain: DistinguishedName {
        DistinguishedName(parts: parts.filter { part in !part.contains { $0.type == "DC" } })
    }

    /// The name as RFC 4514 writes it, attributes of one part in the order of their types.
    public var text: String {
        parts.map { part in
            part.sorted { ($0.type, $0.value) < ($1.type, $1.value) }
                .map { "\($0.type)=\(Self.escaped($0.value))" }.joined(separator: "+")
        }.joined(separator: ",")
    }

    private static func escaped(_ value: String) -> String {
        var result = ""
        let scalars = Array(value.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let isAtEnd = index == 0 || index == scalars.count - 1
            switch scalar {
            case ",", "+", "\"", "\\", "<", ">", ";": result += "\\"
            case " " where isAtEnd, "#" where index == 0: result += "\\"
            default: break
            }
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}

/// Reads the text form of a name.
private struct DistinguishedNameReader {
    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) {
        self.text = text
    }

    mutating func read() -> [Set<DistinguishedName.Attribute>]? {
        var parts: [Set<DistinguishedName.Attribute>] = [[]]
        while true {
            guard let attribute = readAttribute(), parts[parts.count - 1].insert(attribute).inserted else { return nil }
            guard position < text.count else { return parts }
            switch text[position] {
            case UInt8(ascii: ","), UInt8(ascii: ";"): parts.append([])
            case UInt8(ascii: "+"): break
            default: return nil
            }
            position += 1
        }
    }

    private mutating func readAttribute() -> DistinguishedName.Attribute? {
        var type: [UInt8] = []
        while position < text.count, text[position] != UInt8(ascii: "=") {
            type.append(text[position])
            position += 1
        }
        guard position < text.count else { return nil }
        position += 1
        type = type.trimmingBlanks()
        let isType = type.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E: true
            default: false
            }
        }
        guard !type.isEmpty, isType, let value = readValue(), !value.isEmpty else { return nil }
        return DistinguishedName.Attribute(
            type: String(decoding: type, as: UTF8.self), value: String(decoding: value, as: UTF8.self))
    }

    private mutating func readValue() -> [UInt8]? {
        var value: [UInt8] = []
        /// Blanks that were written with a backslash stay.
        var kept = 0
        while position < text.count {
            let byte = text[position]
            switch byte {
            case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "+"): return trimmed(value, kept)
            case UInt8(ascii: "\\"):
                position += 1
                guard let escaped = readEscape() else { return nil }
                value.append(escaped)
                kept = value.count
            case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"): return nil
            case 0x20 where value.isEmpty: position += 1
            default:
                value.append(byte)
                position += 1
            }
        }
        return trimmed(value, kept)
    }

    private func trimmed(_ value: [UInt8], _ kept: Int) -> [UInt8] {
        var value = value
        while value.count > kept, value.last == 0x20 { value.removeLast() }
        return value
    }

    private mutating func readEscape() -> UInt8? {
        guard position < text.count else { return nil }
        let first = text[position]
        position += 1
        guard let high = Self.digit(first) else { return first }
        guard position < text.count, let low = Self.digit(text[position]) else { return nil }
        position += 1
        return high << 4 | low
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}

extension [UInt8] {
    fileprivate func trimmingBlanks() -> [UInt8] {
        var slice = self[...]
        while slice.first == 0x20 { slice.removeFirst() }
        while slice.last == 0x20 { slice.removeLast() }
        return Array(slice)
    }
}
