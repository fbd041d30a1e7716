public import Claims
public import NKeys

/// An account's settings (claims of the type `chancery-settings`) that a trusted operator signed: what they say about
/// its roles, by the keys of their scopes.
public struct AcceptedSettings: Sendable, Hashable {
    private var roles: TextDictionary<RoleSettings> = [:]

    /// No settings: every role may name any reply subject, as on nats-server.
    public init() {}

    /// - Parameters:
    ///   - account: whose settings they have to be.
    ///   - trust: the operators, one of which has to have signed them.
    /// - Throws: ``SettingsRefusal``. A word that is not known is a reason too: settings restrict, so none may go unread.
    public init(_ claims: GenericClaims, account: PublicKey, trust: Trust) throws(SettingsRefusal) {
        guard claims.isSettings else { throw .notSettings }
        guard claims.subject == account.text else { throw .anotherAccount }
        guard trust.signed(claims) else { throw .untrusted }
        do { roles = try SettingsClaims(claims).roles } catch { throw .malformed(error) }
    }

    public func replies(of key: String) -> RoleSettings.Replies { roles[key]?.replies ?? .any }
}

/// Why an account's settings are not taken.
public enum SettingsRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    case notSettings
    case anotherAccount
    case untrusted
    case malformed(ClaimsError)

    public var description: String {
        switch self {
        case .notSettings: "the claims are not settings: their type is not \(SettingsClaims.typeName)"
        case .anotherAccount: "the settings are another account's"
        case .untrusted: "the settings are not signed by a trusted operator key"
        case .malformed(let error): error.description
        }
    }
}
