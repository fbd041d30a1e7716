/// One entry of a permission list, taken apart into plain text and templates such as `{{name()}}`.
public struct TemplateEntry: Sendable, Hashable {
    /// What a template stands for.
    public enum Function: Sendable, Hashable {
        /// `name()`: the user's name.
        case name
        /// `subject()`: the user's public key.
        case subject
        /// `account-name()`: the account's name.
        case accountName
        /// `account-subject()`: the account's public key.
        case accountSubject
        /// `tag(x)`: the values v of the user's tags `x:v`. The argument is in lower case.
        case tag(String)
        /// `account-tag(x)`: the values v of the account's tags `x:v`. The argument is in lower case.
        case accountTag(String)
        /// Anything else, as it was written between the braces.
        case undefined(String)
    }

    /// A piece of the entry.
    public enum Part: Sendable, Hashable {
        case literal(String)
        /// A template: what it stands for, and its text with the braces.
        case template(Function, text: String)
    }

    /// The entry as it was written.
    public let text: String
    /// The pieces in order; together they are the text.
    public let parts: [Part]

    /// Whether there is anything to expand.
    public var hasTemplates: Bool {
        parts.contains { if case .template = $0 { true } else { false } }
    }

    /// Takes an entry apart. Two opening braces, one or more characters other than `}` and two closing braces are a
    /// template; everything else is plain text.
    public init(_ text: String) {
        self.text = text
        var parts: [Part] = []
        var rest = text.utf8[...]
        var plain = rest.startIndex
        while let start = Self.opening(in: rest) {
            let inner = rest[rest.index(start, offsetBy: 2)...]
            let end = inner.firstIndex(of: 0x7D) ?? inner.endIndex
            guard end > inner.startIndex, inner[end...].starts(with: "}}".utf8) else {
                // Not a template from here, nor from any brace before that same closing one: looking at each of them
                // again would take time that grows with the square of their number.
                rest = inner[end...]
                continue
            }
            let after = inner.index(end, offsetBy: 2)
            if start > plain { parts.append(.literal(String(Substring(text.utf8[plain..<start])))) }
            let function = Self.function(String(Substring(inner[..<end])))
            parts.append(.template(function, text: String(Substring(text.utf8[start..<after]))))
            rest = rest[after...]
            plain = after
        }
        if plain < text.utf8.endIndex { parts.append(.literal(String(Substring(text.utf8[plain...])))) }
        self.parts = parts
    }

    /// Where two opening braces begin.
    private static func opening(in text: Substring.UTF8View) -> Substring.UTF8View.Index? {
        text.indices.first { text[$0...].starts(with: "{{".utf8) }
    }

    private static func function(_ inner: String) -> Function {
        let trimmed = String(inner.trimmingWhiteSpace())
        let word = trimmed.lowercased()
        switch word {
        case "name()": return .name
        case "subject()": return .subject
        case "account-name()": return .accountName
        case "account-subject()": return .accountSubject
        default: break
        }
        if let tag = argument(of: "tag(", in: word) { return .tag(ownTag(tag, of: "tag(", trimmed)) }
        if let tag = argument(of: "account-tag(", in: word) {
            return .accountTag(ownTag(tag, of: "account-tag(", trimmed))
        }
        return .undefined(trimmed)
    }

    /// The tag that a function asks for. Where the function's name has capitals, `nats-server` 2.15.1 takes it for part of
    /// the tag, so that there are no values; anything else here would grant more than there.
    private static func ownTag(_ tag: String, of beginning: String, _ written: String) -> String {
        written.utf8.starts(with: beginning.utf8) ? tag : beginning + tag
    }

    /// What stands between a beginning and a closing parenthesis, by bytes: it may begin with a combining mark.
    private static func argument(of beginning: String, in word: String) -> String? {
        guard word.utf8.starts(with: beginning.utf8), word.utf8.last == 0x29 else { return nil }
        return String(Substring(word.utf8.dropFirst(beginning.utf8.count).dropLast()))
    }
}

extension TemplateEntry.Function {
    /// The function as it is written, without braces.
    package var text: String {
        switch self {
        case .name: "name()"
        case .subject: "subject()"
        case .accountName: "account-name()"
        case .accountSubject: "account-subject()"
        case .tag(let tag): "tag(\(tag))"
        case .accountTag(let tag): "account-tag(\(tag))"
        case .undefined(let text): text
        }
    }
}
