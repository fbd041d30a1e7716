import Subjects

/// Whether one subject pattern covers another, as texts of claims.
public enum SubjectCover {
    /// Whether every subject of `inner` lies in `outer`. Texts that are no patterns cover nothing.
    public static func contains(_ outer: String, _ inner: String) -> Bool {
        guard let outer = try? Pattern(outer), let inner = try? Pattern(inner) else { return false }
        return inner.isContained(in: outer)
    }
}
