// What the layout asks of the language: the order of keys, and what stands on lines of its own.

extension LanguageForm {
    /// The form of what an entry has, in a list or mapping of this form.
    func child(_ entry: LayoutEntry) -> LanguageForm {
        switch self {
        case .list(let element, _): element
        case .members(let value, _): value
        case .table(let name, _): PolicyLanguage.table(name)?.key(entry.key?.textOrEmpty ?? "")?.form ?? .anything
        case .either(let forms): forms.first { $0.fits(entry) }?.child(entry) ?? .anything
        default: .anything
        }
    }

    /// Whether it is the form that a list, or a mapping with such a key, has.
    private func fits(_ entry: LayoutEntry) -> Bool {
        switch self {
        case .list: entry.key == nil
        case .members: entry.key != nil
        case .table(let name, _): entry.key.map { PolicyLanguage.table(name)?.key($0.textOrEmpty) != nil } ?? false
        default: false
        }
    }

    /// The entries in the order in which they are written: a table's in its own, all others as they are.
    func ordered(_ entries: [LayoutEntry]) -> [LayoutEntry] {
        guard let first = entries.first, first.key != nil else { return entries }
        switch self {
        case .table(let name, _):
            guard let keys = PolicyLanguage.table(name)?.keys else { return entries }
            let places = Dictionary(
                keys.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
            return entries.enumerated().sorted { one, other in
                let (left, right) = (
                    places[one.element.key?.textOrEmpty ?? ""] ?? keys.count,
                    places[other.element.key?.textOrEmpty ?? ""] ?? keys.count
                )
                return (left, one.offset) < (right, other.offset)
            }.map(\.element)
        case .either(let forms): return forms.first { $0.fits(first) }?.ordered(entries) ?? entries
        default: return entries
        }
    }

    var isBlock: Bool {
        switch self {
        case .list(_, let layout), .table(_, let layout), .members(_, let layout): layout == .block
        default: false
        }
    }
}

extension PolicyNode {
    var textOrEmpty: String {
        if case .text(let text, _) = content { text } else { "" }
    }

    /// A text as it is written, quotes as they were; what has nothing in it in its shortest form.
    var layout: String {
        switch content {
        case .nothing: ""
        case .list: "[]"
        case .mapping: "{}"
        case .text(let text, let isQuoted): isQuoted ? Self.quoted(text) : text
        }
    }

    private static func quoted(_ text: String) -> String {
        let scalars = text.unicodeScalars
        if scalars.contains(where: { $0 == "\"" || $0 == "\\" }), !scalars.contains(where: \.isControl) {
            return "'" + text.replacing("'", with: "''") + "'"
        }
        var written = "\""
        for scalar in scalars {
            switch scalar {
            case "\"": written += "\\\""
            case "\\": written += "\\\\"
            case _ where scalar.isControl:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                written += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            default: written.unicodeScalars.append(scalar)
            }
        }
        return written + "\""
    }

    /// Whether it means the same in brackets as outside of them.
    var fitsBrackets: Bool {
        guard case .text(let text, isQuoted: false) = content else { return true }
        return !text.unicodeScalars.contains { ",?[]{}".unicodeScalars.contains($0) } && !text.hasSuffix(":")
    }
}
