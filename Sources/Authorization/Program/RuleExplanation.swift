public import Claims

/// Which claims a program was compiled from.
public enum RuleSource: Sendable, Hashable {
    /// The user's own JWT.
    case user(TokenVersion)
    /// A scoped signing key of the account JWT. Where its template was filled in, entries have other places than in the
    /// claims, and only the list is named.
    case scope(account: TokenVersion, key: String, role: String, isFilledIn: Bool)
    /// The account JWT's default permissions.
    case accountDefaults(TokenVersion)
    /// No claims: a program of the server's own.
    case server

    /// The version of the claims that hold the rule.
    public var version: TokenVersion? {
        switch self {
        case .user(let version), .scope(account: let version, key: _, role: _, isFilledIn: _),
            .accountDefaults(let version):
            version
        case .server: nil
        }
    }

    /// The JSON pointer of the permissions in those claims.
    var pointer: String {
        switch self {
        case .user: "/nats"
        case .scope(account: _, let key, role: _, isFilledIn: _): "/nats/signing_keys/\(key)/template"
        case .accountDefaults: "/nats/default_permissions"
        case .server: ""
        }
    }
}

/// A rule in words: what it says and where it stands.
public struct RuleExplanation: Sendable, Hashable, CustomStringConvertible {
    public let rule: Rule
    /// The entry as it stands in the claims; nil where no single entry decided.
    public let text: String?
    public let source: RuleSource

    /// The JSON pointer of the list or entry in the claims that ``source`` names; nil for rules of the server.
    public var pointer: String? {
        let list: String
        switch rule.list {
        case .none: return nil
        case .publishAllow: list = "/pub/allow"
        case .publishDeny: list = "/pub/deny"
        case .subscribeAllow: list = "/sub/allow"
        case .subscribeDeny: list = "/sub/deny"
        }
        if case .scope(account: _, key: _, role: _, isFilledIn: true) = source { return source.pointer + list }
        return source.pointer + list + (rule.entry >= 0 ? "/\(rule.entry)" : "")
    }

    public var description: String {
        switch rule.effect {
        case .unrestricted: "no list restricts it"
        case .allow: "allowed by \"\(text ?? "")\" at \(pointer ?? "")"
        case .deny: "denied by \"\(text ?? "")\" at \(pointer ?? "")"
        case .noAllow: "no entry of \(pointer ?? "the allow list") fits"
        case .reply: "credit for answering a request"
        case .reserved: "kept for the server"
        }
    }
}

/// The entries as text, kept apart from the compiled form because only explanations read them.
struct PermissionTexts: Sendable {
    private let permissions: Permissions

    init(_ permissions: Permissions) {
        self.permissions = permissions
    }

    func entry(_ rule: Rule) -> String? {
        let list: [String]
        switch rule.list {
        case .none: return nil
        case .publishAllow: list = permissions.publish.allow
        case .publishDeny: list = permissions.publish.deny
        case .subscribeAllow: list = permissions.subscribe.allow
        case .subscribeDeny: list = permissions.subscribe.deny
        }
        let index = Int(rule.entry)
        return list.indices.contains(index) ? list[index] : nil
    }
}
