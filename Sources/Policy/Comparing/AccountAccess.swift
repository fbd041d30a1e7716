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
    /// What the file says of each role's holders; nil where no file says it.
    var terms: [String: RoleTerms]?
    /// Imports by which nothing comes in, by their places: what lets them in is revoked.
    private(set) var revokedImports: Set<Int> = []

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
        claims.defaultPermissions = .nothing
        return AccountAccess(name: name, claims: claims, replies: [:], names: [:])
    }

    /// Takes over what a file says that stands in no claims.
    public mutating func takeTerms(of account: CompiledAccount) {
        grants = account.grants
        terms = Dictionary(
            account.roles.map { ($0.name, account.terms(of: $0)) }, uniquingKeysWith: { first, _ in first })
    }

    /// Leaves out what comes in by imports whose activations their exporters have revoked.
    ///
    /// - Parameter exports: of an account, by its key; nil for one that is not known.
    public mutating func leaveOutRevoked<Failure: Error>(
        _ exports: (String) throws(Failure) -> [Export]?
    ) throws(Failure) {
        for (place, item) in claims.imports.enumerated() where !item.token.isEmpty {
            guard let passage = ImportPassage(item, of: claims.subject), let exports = try exports(item.account) else {
                continue
            }
            if exports.contains(where: { passage.isRevoked(by: $0) }) { revokedImports.insert(place) }
        }
    }

    /// Leaves out what stays as it is, and was left out there.
    mutating func leaveOutRevoked(with other: AccountAccess) {
        let left = other.revokedImports.map { other.claims.imports[$0] }
        guard !left.isEmpty else { return }
        revokedImports.formUnion(claims.imports.indices.filter { left.contains(claims.imports[$0]) })
    }

    /// The keys of roles by their names. Where several keys have one name, it is that of the one that another side has too,
    /// and of the others with the key behind it: what they allow does not hide behind a namesake.
    func roles(besides other: AccountAccess) -> [String: UserScope] {
        let known = Set(other.claims.signingKeys.map(\.key))
        var roles: [String: UserScope] = [:]
        for (name, scopes) in Dictionary(grouping: claims.signingKeys.compactMap(\.scope), by: \.role) {
            let main = scopes.first { known.contains($0.key) } ?? scopes.first
            for scope in scopes {
                let isMain = scope.key == main?.key && !name.isEmpty
                roles[isMain ? name : name.isEmpty ? scope.key : "\(name) (\(scope.key))"] = scope
            }
        }
        return roles
    }

    func account(_ key: String) -> String { names[key] ?? key }

    /// What somebody has, and the pointer to what says what they may do.
    struct Held {
        let limits: UserPermissionLimits
        let pointer: String
    }

    static let defaultsPointer = "/nats/default_permissions"

    /// What the holders of a role have.
    func held(_ scope: UserScope) -> Held { held(scope.template, at: "/nats/signing_keys/\(scope.key)/template") }

    /// Limits with the account's default permissions where they say nothing of any.
    func held(_ limits: UserPermissionLimits, at pointer: String) -> Held {
        var limits = limits
        let isSaying = !limits.permissions.isEmpty
        limits.permissions = claims.permissions(for: limits.permissions)
        return Held(limits: limits, pointer: isSaying ? pointer : Self.defaultsPointer)
    }
}

extension CompiledAccount {
    /// What the policy allows, where no keys are needed to say it.
    ///
    /// - Parameter present: what the account allows now: what the file leaves alone stays. Nil where that is no question.
    public func access(keeping present: AccountAccess? = nil) throws(ClaimsError) -> AccountAccess {
        let accounts = Dictionary(imports.map { ($0.from, $0.from) }, uniquingKeysWith: { first, _ in first })
        let keys = AccountKeys(
            account: name, roles: Dictionary(roles.map { ($0.name, $0.name) }, uniquingKeysWith: { first, _ in first }),
            accounts: accounts)
        let kept = leave.entries.isEmpty ? nil : present
        let claims = try claims(keys, on: kept?.claims)
        let left = kept?.users.filter { user in
            leave.covers(.users, user.name) && !users.contains { $0.name == user.name }
        }
        var access = AccountAccess(
            name: name, claims: claims, replies: replies.merging(kept?.replies ?? [:]) { own, _ in own },
            names: kept?.names ?? [:], users: users + (left ?? []))
        access.sources = sourceMap(of: claims, accounts: [:])
        access.takeTerms(of: self)
        if let kept { access.leaveOutRevoked(with: kept) }
        return access
    }

    /// What stands in the account's settings, by the name of a role.
    public var replies: [String: RoleSettings.Replies] {
        Dictionary(roles.map { ($0.name, $0.settings.replies) }, uniquingKeysWith: { first, _ in first })
    }
}
