import Claims

/// Entries to add to a list of texts, and entries to remove from it. Texts are compared byte by byte.
public struct ListEdits: Sendable, Hashable {
    /// What is added, at the end, unless it is there.
    public var add: [String]
    /// What is removed first.
    public var remove: [String]

    public init(add: [String] = [], remove: [String] = []) {
        (self.add, self.remove) = (add, remove)
    }

    /// Whether nothing would change.
    public var isEmpty: Bool { add.isEmpty && remove.isEmpty }

    /// Applies the edits, after bringing each entry into its canonical form with `canonical`.
    func apply(to list: inout [String], canonical: (String) -> String = { $0 }) {
        let removed = Set(remove.map { ExactText(canonical(ListEdits.trimmed($0))) })
        list.removeAll { removed.contains(ExactText($0)) }
        for entry in add {
            let entry = canonical(ListEdits.trimmed(entry))
            if !entry.isEmpty && !list.containsExactly(entry) { list.append(entry) }
        }
    }

    /// Applies the edits to tags, which are lower-case.
    func apply(toTags list: inout [String]) {
        apply(to: &list) { $0.lowercased() }
    }

    static func trimmed(_ text: String) -> String {
        var text = text[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
