/// An account as its file describes it, for one environment.
public struct AccountPolicy: Sendable {
    /// The account's name.
    public var account = Placed("", PolicyPosition(file: "", line: 1, column: 1))
    public var description = ""
    public var limits = AccountLimitsPolicy()
    public var exports: [ExportPolicy] = []
    public var imports: [ImportPolicy] = []
    public var mappings: [MappingPolicy] = []
    public var streams: [StreamPolicy] = []
    public var roles: [RolePolicy] = []
    public var users: [UserPolicy] = []
    public var tests: [PolicyTest] = []
    public var audit: AuditPolicy?
    /// What the file says nothing about though the account has it, such as `imports` and `role legacy-*`.
    public var leave: [Placed<String>] = []
    /// Fields of the account's claims that the language has no words for.
    public var claims: [RawValue.Member] = []

    init() {}
}

public struct AccountLimitsPolicy: Sendable, Hashable {
    public var connections: PolicyLimit?
    public var leafNodes: PolicyLimit?
    public var subscriptions: PolicyLimit?
    public var payload: PolicyLimit?
    public var imports: PolicyLimit?
    public var exports: PolicyLimit?
    public var jetStream: JetStreamLimitsPolicy?
    public var position: PolicyPosition?

    init() {}
}

/// What the account offers to others.
public struct ExportPolicy: Sendable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case stream, service
    }

    public var kind = Kind.stream
    public var subject: PolicySubject?
    public var name: Placed<String>?
    public var description = ""
    /// Whether nobody may import it without a grant; an export with grants is private in any case.
    public var isPrivate = false
    public var grants: [Grant] = []
    public var response = Response()
    public var latency: Latency?
    /// The token that has to be the importer's key; from 1.
    public var accountToken: Placed<Int64>?
    public var allowsTrace = false
    public var isAdvertised = false
    public var claims: [RawValue.Member] = []
    public let position: PolicyPosition

    /// One importer.
    public struct Grant: Sendable {
        public var account: Placed<String>?
        /// What it gets of it; nil for all.
        public var only: PolicySubject?
        /// Unix seconds; nil for ever.
        public var until: Placed<Int64>?
        public let position: PolicyPosition
    }

    public struct Response: Sendable {
        public enum Kind: String, Sendable, Hashable, CaseIterable {
            case single, stream, chunked
        }

        public var kind: Placed<Kind>?
        /// Nanoseconds.
        public var within: Placed<Int64>?
    }

    public struct Latency: Sendable {
        /// Per cent; 0 for what asks for it in its headers.
        public var share: Int?
        public var results: PolicySubject?
        public let position: PolicyPosition
    }

    init(position: PolicyPosition) {
        self.position = position
    }
}

/// What the account takes from another.
public struct ImportPolicy: Sendable {
    public var kind = ExportPolicy.Kind.stream
    /// As the exporter calls it.
    public var subject: PolicySubject?
    /// The exporter's name.
    public var from: Placed<String>?
    /// As it is called here; nil for the same.
    public var local: PolicySubject?
    public var name: Placed<String>?
    /// Whether the exporter sees who asks.
    public var isShared = false
    public var allowsTrace = false
    public var claims: [RawValue.Member] = []
    public let position: PolicyPosition

    init(position: PolicyPosition) {
        self.position = position
    }
}

/// Where what is published on a subject goes instead.
public struct MappingPolicy: Sendable {
    public let source: PolicySubject
    public let shares: [Share]

    public struct Share: Sendable {
        public enum Target: Sendable {
            case subject(String)
            case stay
            case drop
        }

        public let target: Target
        /// Per cent.
        public let percent: Int
        public let position: PolicyPosition
    }
}

/// A user that the file declares.
public struct UserPolicy: Sendable {
    public let name: String
    public let position: PolicyPosition
    /// One role, or several that are put together.
    public var roles: [Placed<String>] = []
    public var tags: [Tag] = []
    public var description = ""
    /// What it may do beyond its roles; nil for nothing. Its name is the user's.
    public var extra: RolePolicy?
    public var claims: [RawValue.Member] = []

    public struct Tag: Sendable, Hashable {
        public let name: String
        public let value: Placed<String>
    }

    init(name: String, position: PolicyPosition) {
        self.name = name
        self.position = position
    }
}
