/// Who did it.
public struct AuditActor: Sendable, Hashable, Codable {
    /// How the actor was known.
    public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
        case token, cert, nkey, local, schedule
    }

    private enum CodingKeys: String, CodingKey {
        case kind = "type"
        case id, role, via, request
    }

    /// How the actor was known.
    public var kind: Kind
    /// The actor's name or key.
    public var id: String
    /// The role that allowed it.
    public var role: String?
    /// What the request came through.
    public var via: String?
    /// What the records of one request have in common.
    public var request: String?

    /// The actor of a text such as `local:alice`. A text without a known kind is the name of a local one.
    public init(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2, let kind = Kind(rawValue: parts[0]) {
            (self.kind, id) = (kind, RecordText.cut(parts[1], to: RecordText.longestName))
        } else {
            (kind, id) = (.local, RecordText.cut(text, to: RecordText.longestName))
        }
    }
}
