import Subjects

/// Whether one subject pattern covers another, as texts of claims.
public enum SubjectCover {
    /// Whether every subject of `inner` lies in `outer`. Texts that are no patterns cover nothing.
    public static func contains(_ outer: String, _ inner: String) -> Bool {
        guard let outer = try? Pattern(outer), let inner = try? Pattern(inner) else { return false }
        return inner.isContained(in: outer)
    }

    /// Whether any subject lies in both. Texts that are no patterns meet nothing.
    public static func meet(_ one: String, _ other: String) -> Bool {
        guard let one = try? Pattern(one), let other = try? Pattern(other) else { return false }
        return one.overlaps(other)
    }

    /// The subjects that lie in both; nil for none, and for texts that are no patterns.
    public static func intersection(_ one: String, _ other: String) -> String? {
        guard let one = try? Pattern(one), let other = try? Pattern(other) else { return nil }
        return one.intersection(other)?.description
    }
}
