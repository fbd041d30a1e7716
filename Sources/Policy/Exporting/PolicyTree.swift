import Claims

/// A policy file on its way out: texts, lists and mappings, in the order in which they are written.
indirect enum PolicyTree: Sendable {
    /// Quoted unless it is a plain word.
    case text(String)
    /// As it stands: a number, a truth value, or a word of the language.
    case word(String)
    case list([PolicyTree])
    case mapping([(String, PolicyTree)])

    /// A value of `claims: {…}`.
    init(json: JSONValue) {
        switch json {
        case .null: self = .word("null")
        case .bool, .number: self = .word(json.jsonText)
        case .string(let text): self = .text(text)
        case .array(let elements): self = .list(elements.map { PolicyTree(json: $0) })
        case .object(let members): self = .mapping(members.map { ($0.key, PolicyTree(json: $0.value)) })
        }
    }

    /// The file's text. What is deeper than two levels stands in brackets on one line.
    var yaml: String {
        guard case .mapping(let members) = self else { return inline + "\n" }
        return members.map { name, value in Self.section(name, value) }.joined()
    }

    private static func section(_ name: String, _ value: PolicyTree) -> String {
        switch value {
        case .mapping(let members) where !members.isEmpty:
            let lines = members.map { "  \(Self.quoted($0.0)): \($0.1.inline)\n" }
            return "\(quoted(name)):\n" + lines.joined()
        case .list(let elements) where elements.contains(where: \.isMapping):
            return "\(quoted(name)):\n" + elements.map { "  - \($0.inline)\n" }.joined()
        default: return "\(quoted(name)): \(value.inline)\n"
        }
    }

    private var isMapping: Bool { if case .mapping = self { true } else { false } }

    private var inline: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .word(let word): word
        case .list(let elements):
            elements.isEmpty ? "[]" : "[ " + elements.map(\.inline).joined(separator: ", ") + " ]"
        case .mapping(let members):
            members.isEmpty
                ? "{}" : "{ " + members.map { "\(Self.quoted($0.0)): \($0.1.inline)" }.joined(separator: ", ") + " }"
        }
    }

    /// A text in quotes, unless it is a word that nobody takes for anything else.
    static func quoted(_ text: String) -> String {
        let isPlain =
            text.utf8.first.map { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) } ?? false
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || "_-".utf8.contains($0)
            }
        guard !isPlain || AmbiguousWord.isOne(text) || AmbiguousWord.isSet(text) else { return text }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
                    let digits = String(scalar.value, radix: 16)
                    result += "\\x" + String(repeating: "0", count: 2 - digits.utf8.count) + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
