public import Claims

/// What a change did.
public struct ChangeReport: Sendable {
    /// One thing that was added, changed or deleted.
    public struct Item: Sendable, Hashable {
        /// What happened to it.
        public enum Action: String, Sendable, Hashable {
            case added
            case changed
            case deleted
            /// A secret left the keyring.
            case exported
        }

        /// What happened.
        public let action: Action
        /// What it is: `operator`, `account`, `user`, `signing key`, `export`, `import`, `revocation`, ….
        public let kind: String
        /// Its name; the subject of an export or import.
        public let name: String
        /// The key it is about, if there is one.
        public let publicKey: String?
        /// The version of the token that was issued, if one was.
        public let version: TokenVersion?
        /// When that token is dated, in Unix seconds.
        public let issuedAt: Int64?

        public init(
            action: Action, kind: String, name: String, publicKey: String? = nil, version: TokenVersion? = nil,
            issuedAt: Int64? = nil
        ) {
            (self.action, self.kind, self.name) = (action, kind, name)
            (self.publicKey, self.version, self.issuedAt) = (publicKey, version, issuedAt)
        }
    }

    /// Everything that changed, in the order in which it happened.
    public var items: [Item] = []
    /// What is allowed and yet worth knowing, in whole sentences without a full stop.
    public var warnings: [String] = []
    /// What of that, or in its place, those hear who see one account alone: nothing about others.
    public var openWarnings: [String] = []

    public init() {}
}

/// What a change returned, with the report of what it did.
public struct Changed<Value> {
    /// What the change returned.
    public let value: Value
    /// What it did.
    public let report: ChangeReport
    /// Where the audit log has it; nil where there was nothing to record.
    public var trace: AuditTrace?
}

/// Where the audit log has a change.
public struct AuditTrace: Sendable, Hashable {
    /// The first record, as people name it: `ABCDEFGHIJKL/42`.
    public let id: String
    /// How many records there are.
    public let count: Int64
}

extension Changed: Sendable where Value: Sendable {}
