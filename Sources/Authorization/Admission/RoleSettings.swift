public import Claims
public import NKeys

/// What an account's settings (claims of the type `chancery-settings`) say about its roles, by the keys of their scopes.
public struct RoleSettings: Sendable, Hashable {
    private var replies: [String: ReplyRule] = [:]

    /// No settings: every role may name any reply subject, as on nats-server.
    public init() {}

    public init(replies: [String: ReplyRule]) {
        self.replies = replies
    }

    /// Reads the member `roles: { key: { replies } }` of settings.
    ///
    /// - Parameters:
    ///   - account: whose settings they have to be.
    ///   - trust: the operators, one of which has to have signed them.
    /// - Throws: ``RoleSettingsError``. A word that is not known is one too: settings restrict, so none may go unread.
    public init(_ claims: GenericClaims, account: PublicKey, trust: Trust) throws(RoleSettingsError) {
        guard claims.type == GenericClaims.settingsType else { throw .notSettings }
        guard claims.subject == account.text else { throw .anotherAccount }
        guard trust.signed(claims) else { throw .untrusted }
        guard let roles = claims.data["roles"] else { return }
        guard let roles = roles.members else { throw .malformed }
        for (key, role) in roles {
            guard let role = role.members else { throw .malformed }
            guard let word = role["replies"] else { continue }
            guard let rule = word.text.flatMap({ ReplyRule(rawValue: $0) }) else { throw .malformed }
            replies[key] = rule
        }
    }

    public func replies(of key: String) -> ReplyRule { replies[key] ?? .any }
}

/// Why an account's settings are not taken.
public enum RoleSettingsError: Error, Sendable, Hashable, CustomStringConvertible {
    case notSettings
    case anotherAccount
    case untrusted
    case malformed

    public var description: String {
        switch self {
        case .notSettings: "the claims are not settings: their type is not \(GenericClaims.settingsType)"
        case .anotherAccount: "the settings are another account's"
        case .untrusted: "the settings are not signed by a trusted operator key"
        case .malformed: "the settings' roles are not of the form { KEY: { \"replies\": \"own\" or \"any\" } }"
        }
    }
}
