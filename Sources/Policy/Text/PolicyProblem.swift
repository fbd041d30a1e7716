import NKeys

/// One thing that is wrong, or odd, in a policy.
public struct PolicyProblem: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Severity: String, Sendable, Hashable {
        case error, warning
        /// Something to know, that is no fault of the policy.
        case note
    }

    public let code: Code
    public let severity: Severity
    public let position: PolicyPosition
    /// What is wrong and why, in one sentence.
    public let message: String
    /// What to do about it; empty where the message says all there is.
    public let remedy: String
    /// The line as it should be; nil where that is not known.
    public let correctedLine: String?
    /// Another place that has to do with it, and what is there.
    public let related: Related?
    /// The way that breaks a rule about what nobody may do.
    public let route: AccessRoute?
    /// The line that it is about. It is cut and searched for secrets when it is shown: of a file that is wrong everywhere
    /// most lines never are.
    private let line: [Unicode.Scalar]?

    public struct Related: Sendable, Hashable {
        public let position: PolicyPosition
        public let message: String
    }

    init(
        _ code: Code, _ severity: Severity = .error, at position: PolicyPosition, in source: PolicySource?,
        _ message: String, remedy: String = "", correctedLine: String? = nil, related: Related? = nil,
        route: AccessRoute? = nil
    ) {
        self.code = code
        self.severity = severity
        self.position = position
        self.message = Self.printable(message)
        self.remedy = Self.printable(remedy)
        self.correctedLine = correctedLine
        self.related = related
        self.route = route
        line = source?.line(at: position)
    }

    var excerpt: PolicyExcerpt? { line.map { PolicyExcerpt(line: String($0), column: position.column) } }

    /// The line follows from the place.
    public static func == (one: PolicyProblem, other: PolicyProblem) -> Bool {
        one.code == other.code && one.severity == other.severity && one.position == other.position
            && one.message == other.message && one.remedy == other.remedy && one.correctedLine == other.correctedLine
            && one.related == other.related && one.route == other.route
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(code)
        hasher.combine(position)
        hasher.combine(message)
    }

    /// The longest sentence, in characters.
    private static let longest = 600

    /// A sentence with pieces of a file in it, as it may be shown: not too long, without what moves a cursor, and without a
    /// seed or a token.
    private static func printable(_ text: String) -> String {
        let text = hasLongWord(text) ? SecretText.hidden(in: text) : text
        guard text.utf8.count > longest || text.unicodeScalars.contains(where: \.isControl) else { return text }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(longest) {
            if scalar.isControl {
                shown.append(contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
            } else {
                shown.append(scalar)
            }
        }
        if text.unicodeScalars.count > longest { shown.append("…") }
        return String(shown)
    }

    /// Whether letters and digits follow each other as they do in seeds and tokens: no sentence of ours has such a word, so
    /// that few are searched closely.
    private static func hasLongWord(_ text: String) -> Bool {
        var length = 0
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: length += 1
            default: length = 0
            }
            if length >= 40 { return true }
        }
        return false
    }

    /// Problems in the order of files and places, the same each time.
    static func inOrder(_ problems: some Sequence<PolicyProblem>) -> [PolicyProblem] {
        problems.sorted {
            ($0.position, $0.code.description, $0.message) < ($1.position, $1.code.description, $1.message)
        }
    }

    /// The problem as compilers show theirs: place, message, the line with a caret, what to do.
    public var description: String {
        var text = "\(Self.printable(position.description)): \(severity.rawValue): \(message)"
        let number = String(position.line)
        let margin = String(repeating: " ", count: number.count)
        if let excerpt {
            text += "\n  \(number) | \(excerpt.line)"
            text += "\n  \(margin) | \(String(repeating: " ", count: excerpt.indent))^"
        }
        if !remedy.isEmpty { text += "\n  \(margin) = \(remedy)" }
        if let correctedLine {
            text += "\n  \(margin) + \(PolicyExcerpt(line: correctedLine, column: 1).line)"
        }
        for (number, step) in (route?.steps ?? []).enumerated() {
            text += "\n  \(number + 1). \(step.text)" + (step.position.map { " (\($0))" } ?? "")
        }
        if let related { text += "\n  \(Self.printable("\(related.position): \(related.message)"))" }
        return text
    }
}

extension PolicyProblem {
    /// What is wrong, for a program to decide on.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable word, such as `unquoted-wildcard`.
        public let description: String
        init(_ description: String) { self.description = description }
    }
}

// The text.
extension PolicyProblem.Code {
    /// Longer, deeper or with more in it than a policy may be.
    public static let tooLarge = Self("too-large")
    /// Bytes that are no UTF-8, or characters that no text file has.
    public static let notText = Self("not-text")
    /// YAML's rules are broken.
    public static let syntax = Self("syntax")
    /// A tab before a line's first word.
    public static let tab = Self("tab")
    /// A subject that begins with `>` or `*`, without quotes.
    public static let unquotedWildcard = Self("unquoted-wildcard")
    /// `{{` without quotes where YAML reads a mapping.
    public static let unquotedTemplate = Self("unquoted-template")
    /// A text in the form of a block, with `|` or `>`.
    public static let blockText = Self("block-text")
    /// An anchor, an alias, a tag, a merge key, a directive, a second document or a key that is no text.
    public static let yamlFeature = Self("yaml-feature")
    /// A `#` that begins a comment and does not look like one.
    public static let hiddenByComment = Self("hidden-by-comment")
    /// A text that goes on in the next line.
    public static let severalLines = Self("several-lines")
    /// A colon inside a text without quotes.
    public static let unquotedColon = Self("unquoted-colon")
    /// A key written twice.
    public static let duplicateKey = Self("duplicate-key")
    /// A word that other readers of YAML take for something else than a text.
    public static let ambiguousWord = Self("ambiguous-word")
}
