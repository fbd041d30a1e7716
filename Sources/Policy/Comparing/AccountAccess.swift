public import Claims
import Subjects

/// What an account's claims and settings allow, with names for keys: the two sides of a comparison.
public struct AccountAccess: Sendable {
    public let name: String
    let claims: AccountClaims
    /// By the name of a role; what is not there is `any`, as servers have it.
    let replies: [String: RoleSettings.Replies]
    /// Names of accounts by their keys.
    let names: [String: String]
    let users: [CompiledUser]
    /// Where entries of the claims stand in files, and users.
    public var sources = SourceMap()
    /// What the file grants to other accounts; nil where no file says it.
    var grants: [PlacedGrant]?

    /// - Parameters:
    ///   - replies: by the name of a role.
    ///   - names: of accounts, by their keys; a key without a name is shown as it is.
    ///   - users: the users that a file declares.
    public init(
        name: String, claims: AccountClaims, replies: [String: RoleSettings.Replies], names: [String: String],
        users: [CompiledUser] = []
    ) {
        (self.name, self.claims, self.replies, self.names) = (name, claims, replies, names)
        self.users = users
    }

    /// An account that is not there.
    public static func nothing(_ name: String) -> AccountAccess {
        var claims = AccountClaims(subject: "", name: name)
        claims.defaultPermissions = Permissions(publish: Permission(deny: [">"]), subscribe: Permission(deny: [">"]))
        return AccountAccess(name: name, claims: claims, replies: [:], names: [:])
    }

    /// Takes over what a file says that stands in no claims.
    public mutating func takeGrants(of policy: AccountPolicy) { grants = policy.placedGrants }

    var roles: [String: UserScope] {
        Dictionary(
            claims.signingKeys.compactMap(\.scope).map { ($0.role, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func account(_ key: String) -> String { names[key] ?? key }
}

extension CompiledAccount {
    /// What the policy allows, where no keys are needed to say it.
    public func access() throws(ClaimsError) -> AccountAccess {
        let accounts = Dictionary(imports.map { ($0.from, $0.from) }, uniquingKeysWith: { first, _ in first })
        let keys = AccountKeys(
            account: name, roles: Dictionary(roles.map { ($0.name, $0.name) }, uniquingKeysWith: { first, _ in first }),
            accounts: accounts)
        let claims = try claims(keys)
        var access = AccountAccess(name: name, claims: claims, replies: replies, names: [:], users: users)
        access.sources = sourceMap(of: claims, accounts: [:])
        access.grants = grants
        return access
    }

    /// What stands in the account's settings, by the name of a role.
    public var replies: [String: RoleSettings.Replies] {
        Dictionary(roles.map { ($0.name, $0.settings.replies) }, uniquingKeysWith: { first, _ in first })
    }
}
