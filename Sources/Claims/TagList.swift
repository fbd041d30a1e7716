/// Tags by their rules: trimmed, in lower case, each once.
public enum TagList {
    /// Adds tags that are not there yet, in order. Empty ones are passed over.
    public static func add(_ tags: [String], to list: inout [String]) {
        for tag in tags.map(normalized) where !tag.isEmpty && !list.contains(tag) { list.append(tag) }
    }

    /// Removes tags, compared by their normal form.
    public static func remove(_ tags: [String], from list: inout [String]) {
        let removed = Set(tags.map(normalized))
        list.removeAll { removed.contains(normalized($0)) }
    }

    public static func contains(_ tag: String, in list: [String]) -> Bool {
        list.contains(normalized(tag))
    }

    /// The form in which tags are kept.
    public static func normalized(_ tag: String) -> String {
        String(tag.lowercased().trimmingWhiteSpace())
    }
}
