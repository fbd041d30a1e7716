/// What an environment fills in for a `<name>` of a policy: checked by its type when it is read, so that it is never more
/// than one piece of what it stands in.
public struct PolicyValue: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// One literal token of a subject, or a piece of one.
        case token
        /// `10k`, or `unlimited`
        case count
        /// `1MiB`, or `unlimited`
        case bytes
        /// `24h`
        case duration
        /// `10%`
        case share
    }

    public let kind: Kind
    public let text: String

    /// Whether a text is a value of a kind.
    static func fits(_ text: String, _ kind: Kind) -> Bool {
        switch kind {
        case .token:
            text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !".*><{}[],\"'`".utf8.contains($0) } && !text.isEmpty
        case .count: text == "unlimited" || PolicyNumber.count(text) != nil
        case .bytes: text == "unlimited" || PolicyNumber.bytes(text) != nil
        case .duration: PolicyNumber.duration(text) != nil
        case .share: PolicyNumber.share(text) != nil
        }
    }
}

extension PolicyValue.Kind {
    /// What such a value is called.
    var phrase: String { self == .bytes ? "number of bytes with a unit" : rawValue }
}
