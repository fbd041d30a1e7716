import Secrets

/// How an object changed: a JSON patch (RFC 6902) between its claims before and after, without secrets.
public struct AuditPatch: Sendable, Hashable {
    /// The patch as JSON, without blanks.
    public let json: [UInt8]

    /// A patch from its JSON, which is not checked.
    public init(json: [UInt8]) {
        self.json = json
    }

    /// Whether the patch is too long for a record: its content is then kept as an exhibit and named by its hash.
    public var isExhibit: Bool { json.count > AuditRecord.largestPatch }

    /// The name of the exhibit: 32 bytes, the SHA-256 of the JSON.
    public var hash: [UInt8] { SHA256.hash(json) }
}
