public import Claims
import GRDB
public import NKeys

/// A user as it is to be, all of it.
public struct WholeUser: Sendable {
    /// The name, unique in its account.
    public var name: String
    /// The user's key. A user that is there keeps its own.
    public var publicKey: PublicKey?
    /// The role whose key signs; nil for permissions and limits of its own.
    public var role: String?
    /// Permissions and limits of a user without a role.
    public var limits = UserPermissionLimits()
    /// Tags.
    public var tags: [String] = []
    /// When the user's token counts.
    public var validity = Validity()

    public init(name: String) {
        self.name = name
    }
}

/// A role as it is to be, all of it.
public struct WholeRole: Sendable, Hashable {
    /// The name, unique in its account.
    public var name: String
    /// What it is for.
    public var description = ""
    /// Permissions and limits of its users.
    public var template = UserPermissionLimits()

    public init(name: String) {
        self.name = name
    }
}

// Interfaces that take a whole state come here; commands that take one word after the other use edits.
extension Change {
    /// Changes what an account's claims say, but for its name, its keys and what it revokes.
    public func changeAccount(_ account: AccountEntry, _ edit: (inout AccountClaims) throws -> Void) throws {
        try editAccount(account, signer: .automatic, unlessUnchanged: true) { claims, _ in
            let before = claims
            try edit(&claims)
            (claims.common.subject, claims.common.name) = (before.common.subject, before.common.name)
            (claims.signingKeys, claims.revocations) = (before.signingKeys, before.revocations)
        }
    }

    /// Makes a role of an account, or changes all of it.
    public func setRole(_ role: WholeRole, in account: AccountEntry) throws {
        // One that is there keeps its name, whatever is asked of new ones.
        let isThere = try account.claims().signingKeys.contains { $0.scope?.role.isExactly(role.name) == true }
        let name = isThere ? role.name : try EntityName.made(role.name, for: "a role")
        try editAccount(account, signer: .automatic, unlessUnchanged: true) { claims, account in
            let known = claims.signingKeys.compactMap(\.scope).first { $0.role.isExactly(name) }
            let key =
                try known?.key
                ?? makeKey(.account, purpose: .role, role: name, owner: account.publicKey).publicKey.text
            claims.setSigningKey(
                .scope(UserScope(key: key, role: name, template: role.template, description: role.description)))
            note(known == nil ? .added : .changed, "signing key", name, key: key)
        }
    }

    /// Takes a role away. Its users can sign in no more.
    public func deleteRole(_ name: String, in account: AccountEntry) throws {
        try editAccount(account, signer: .automatic) { claims, account in
            guard let scope = claims.signingKeys.compactMap(\.scope).first(where: { $0.role.isExactly(name) }) else {
                throw AdministrationError(.notFound, "the account \"\(account.name)\" has no role \"\(name)\"")
            }
            claims.removeSigningKey(scope.key)
            try release(scope.key)
            let users = try reader.users(of: account, signedBy: scope.key).count
            if users > 0 { warn("\(users) users of the role can no longer sign in") }
            note(.deleted, "signing key", name, key: scope.key)
        }
    }

    /// Makes a user, or changes all of it, and signs it. Where it has another role then, other permissions or limits of its own
    /// or an earlier end, what was issued to it before is revoked: it would count beside the new token.
    ///
    /// - Parameter before: the user as it is; nil for a new one.
    /// - Returns: the user, and whether the account was changed for it.
    public func replaceUser(
        _ user: WholeUser, from before: UserEntry?, in account: AccountEntry
    ) throws -> (entry: UserEntry, isRevoking: Bool) {
        guard let before else { return (try setUser(user, from: nil, in: account), false) }
        let claims = try before.claims()
        let signer = try signer(of: account, user.role.map { .named($0) } ?? .automatic, allowingScopes: true)
        let scope = try account.claims().signingKey(claims.issuer)?.scope
        let end = claims.expires
        var newEnd = user.validity.expires ?? 0
        if newEnd == 0, let key = signer.scope?.key {
            newEnd = try usualEnd(of: key, in: account, from: user.validity.notBefore ?? 0) ?? 0
        }
        let isLess =
            scope?.key != signer.scope?.key || scope == nil && claims.limits != user.limits
            || newEnd != 0 && (end == 0 || newEnd < end)
        guard isLess else { return (try setUser(user, from: before, in: account), false) }
        let place = Place(operator: EntityReference(account.operator), account: EntityReference(account.publicKey))
        try revokeUser(EntityReference(before.publicKey), at: place)
        let revoked = try reader.account(at: place)
        return (try setUser(user, from: before, in: revoked), true)
    }

    /// Makes a user, or changes all of it, and signs it.
    ///
    /// - Parameter before: the user as it is; nil for a new one.
    @discardableResult
    public func setUser(_ user: WholeUser, from before: UserEntry?, in account: AccountEntry) throws -> UserEntry {
        let name = try before?.name ?? EntityName.made(user.name, for: "a user")
        let signer = try signer(of: account, user.role.map { .named($0) } ?? .automatic, allowingScopes: true)
        if signer.scope == nil, try reader.isGoverned(account.publicKey) {
            throw AdministrationError(
                .refused, "the account \"\(account.name)\" is governed by its policy file, where users have roles")
        }
        // A key that is made now is nobody's yet.
        if before == nil { try checkNameIsFree(name, for: user.publicKey?.text, in: account) }
        let key = try before?.publicKey ?? newIdentity(user.publicKey, in: account)
        var claims = UserClaims(subject: key.text, name: name)
        claims.limits = signer.scope == nil ? user.limits : .scoped
        ListEdits(add: user.tags).apply(toTags: &claims.tags)
        try user.validity.check(at: now)
        user.validity.apply(to: &claims)
        let token = try issue(&claims, of: account, signer, endIsChosen: claims.expires != 0)
        try leavingOut {
            if before == nil {
                try database.run(
                    sql: "INSERT INTO users (account, public_key, name, token, created_at) VALUES (?, ?, ?, ?, ?)",
                    arguments: [account.publicKey.text, key.text, name, token.id, now])
            } else {
                try database.run(
                    sql: "UPDATE users SET token = ? WHERE account = ? AND public_key = ?",
                    arguments: [token.id, account.publicKey.text, key.text])
            }
        }
        note(before == nil ? .added : .changed, "user", name, key: key.text, token: token)
        return UserEntry(publicKey: key, account: account.publicKey, name: name, token: token.text)
    }

    private func newIdentity(_ given: PublicKey?, in account: AccountEntry) throws -> PublicKey {
        // Which user it is, an issuer of another role need not know.
        if let given, try reader.findUser(EntityReference(given), of: account) != nil {
            throw AdministrationError(.alreadyExists, "the key \(given) already is a user of the account")
        }
        return try identity(.user, given: given, owner: account.publicKey)
    }
}
