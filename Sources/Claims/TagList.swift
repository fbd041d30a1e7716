/// Tags by their rules: trimmed, in lower case, each once.
///
/// ```swift
/// TagList.add([" Team:Red "], to: &user.tags)  // "team:red"
/// ```
public enum TagList {
    /// Adds tags that are not there yet, in order. Empty ones are passed over.
    public static func add(_ tags: [String], to list: inout [String]) {
        var known = Set(list.map(ExactText.init))
        for tag in tags.map(normalized) where !tag.isEmpty && known.insert(ExactText(tag)).inserted { list.append(tag) }
    }

    /// Removes tags, compared by their normal form.
    public static func remove(_ tags: [String], from list: inout [String]) {
        let removed = Set(tags.map { ExactText(normalized($0)) })
        list.removeAll { removed.contains(ExactText(normalized($0))) }
    }

    /// Whether a list has a tag, compared by its normal form.
    public static func contains(_ tag: String, in list: [String]) -> Bool {
        let wanted = ExactText(normalized(tag))
        return list.contains { ExactText($0) == wanted }
    }

    /// The form in which tags are kept.
    public static func normalized(_ tag: String) -> String {
        String(tag.lowercased().trimmingWhiteSpace())
    }
}
