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

    /// The file's text. What is deeper than two levels stands in brackets on one line, unless that is too long to be read.
    var yaml: String {
        guard case .mapping(let members) = self else { return inline() + "\n" }
        return members.map { name, value in Self.section(name, value) }.joined()
    }

    private static func section(_ name: String, _ value: PolicyTree) -> String {
        switch value {
        case .mapping(let members) where !members.isEmpty:
            return "\(quoted(name)):\n" + members.map { line("  \(quoted($0.0)): ", $0.1) }.joined()
        case .list(let elements) where elements.contains(where: \.isMapping):
            return "\(quoted(name)):\n" + elements.map { line("  - ", $0) }.joined()
        default: return line("\(quoted(name)): ", value)
        }
    }

    private static let longestLine = 4096

    private static func line(_ beginning: String, _ value: PolicyTree) -> String {
        let text = value.inline()
        return beginning + (text.utf8.count <= longestLine ? text : value.inline(separator: ",\n      ")) + "\n"
    }

    private var isMapping: Bool { if case .mapping = self { true } else { false } }

    private func inline(separator: String = ", ") -> String {
        switch self {
        case .text(let text): return Self.quoted(text)
        case .word(let word): return word
        case .list(let elements):
            let texts = elements.map { $0.inline(separator: separator) }
            return texts.isEmpty ? "[]" : "[ " + texts.joined(separator: separator) + " ]"
        case .mapping(let members):
            let texts = members.map { "\(Self.quoted($0.0)): \($0.1.inline(separator: separator))" }
            return texts.isEmpty ? "{}" : "{ " + texts.joined(separator: separator) + " }"
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
                if scalar.isHidden || (0x7F...0x9F).contains(scalar.value) {
                    result += escaped(scalar)
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }

    /// `\x1b`, `\u202e` or `\U000e0041`
    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        let (letter, count) = scalar.value <= 0xFF ? ("x", 2) : scalar.value <= 0xFFFF ? ("u", 4) : ("U", 8)
        return "\\\(letter)" + String(repeating: "0", count: count - digits.utf8.count) + digits
    }
}
