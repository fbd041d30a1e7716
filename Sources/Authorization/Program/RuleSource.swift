public import Claims

/// Which claims a program was compiled from.
public enum RuleSource: Sendable, Hashable {
    /// The user's own JWT.
    case user(TokenVersion)
    /// A scoped signing key of the account JWT: the entries are those of its template.
    case scope(account: TokenVersion, key: String, role: String)
    /// The account JWT's default permissions.
    case accountDefaults(TokenVersion)
    /// The server's configuration, under the name of a user.
    case configuration(user: String)
    /// No claims: a program of the server's own.
    case server

    /// The version of the claims that hold the rule.
    public var version: TokenVersion? {
        switch self {
        case .user(let version), .scope(account: let version, key: _, role: _), .accountDefaults(let version): version
        case .configuration, .server: nil
        }
    }

    /// The JSON pointer of the permissions in those claims.
    public var pointer: String {
        switch self {
        case .user: "/nats"
        case .scope(account: _, let key, role: _): "/nats/signing_keys/\(key)/template"
        case .accountDefaults: "/nats/default_permissions"
        case .configuration(let user): "/users/\(user)/permissions"
        case .server: ""
        }
    }
}
