import Claims
import GRDB
public import NKeys

/// What a new user is to be.
public struct NewUser: Sendable {
    /// The name, unique in its account.
    public var name: String
    /// The user's key, if it was made elsewhere.
    public var publicKey: PublicKey?
    /// Permissions and limits of its own. A user of a role has none.
    public var limits = UserLimitEdits()
    /// Tags.
    public var tags: [String] = []
    /// When the user's token counts.
    public var validity = Validity()
    /// Whether it may be without a role in an account that policies govern, or what its file does not allow.
    public var isUnmanaged = false

    public init(name: String) {
        self.name = name
    }
}

/// Changes to a user. Nil leaves a value as it is.
public struct UserEdits: Sendable, Hashable {
    /// Permissions and limits.
    public var limits = UserLimitEdits()
    /// Tags.
    public var tags = ListEdits()
    /// When the user's token counts.
    public var validity = Validity()

    public init() {}

    /// Whether nothing would change.
    public var isEmpty: Bool { self == UserEdits() }
}

extension Change {
    /// Adds a user to the account of a place.
    @discardableResult
    public func addUser(_ new: NewUser, at place: Place, signer: SignerChoice = .automatic) throws -> UserEntry {
        try addUser(new, in: reader.account(at: place), signer: signer)
    }

    @discardableResult
    func addUser(_ new: NewUser, in account: AccountEntry, signer choice: SignerChoice = .automatic) throws -> UserEntry
    {
        let name = try EntityName.made(new.name, for: "a user")
        guard try reader.findUser(EntityReference(name), of: account) == nil else {
            throw AdministrationError(
                .alreadyExists, "the user \"\(name)\" already exists in the account \"\(account.name)\"",
                remedy: "choose another name, or use \"chancery edit user\"")
        }
        if let key = new.publicKey, let other = try reader.findUser(EntityReference(key), of: account) {
            throw AdministrationError(
                .alreadyExists, "the key \(key) already is the user \"\(other.name)\"", remedy: "give another key")
        }
        try checkNameIsFree(name, for: new.publicKey?.text, in: account)
        let signer = try signer(of: account, choice, allowingScopes: true)
        if signer.scope == nil { try checkUnmanaged(account, isMeant: new.isUnmanaged, insistingBy: "--unmanaged") }
        let key = try identity(.user, given: new.publicKey, owner: account.publicKey)
        var claims = UserClaims(subject: key.text, name: name)
        if signer.scope != nil {
            guard new.limits.isEmpty else { throw Self.roleDecides }
            claims.limits = .scoped
        }
        try new.limits.apply(to: &claims.limits)
        ListEdits(add: new.tags).apply(toTags: &claims.tags)
        try new.validity.check(at: now)
        new.validity.apply(to: &claims)

        let token = try issue(
            &claims, of: account, signer, endIsChosen: new.validity.expires != nil,
            Insistence(isMeant: overridesPolicies || new.isUnmanaged, option: "--unmanaged"))
        try database.run(
            sql: "INSERT INTO users (account, public_key, name, token, created_at) VALUES (?, ?, ?, ?, ?)",
            arguments: [account.publicKey.text, key.text, name, token.id, now])
        note(.added, "user", name, key: key.text, token: token)
        return UserEntry(publicKey: key, account: account.publicKey, name: name, token: token.text)
    }

    /// Changes a user and signs it again, with the key that signed it before unless another one is chosen.
    public func editUser(
        _ reference: EntityReference?, at place: Place, _ edits: UserEdits, signer choice: SignerChoice = .automatic
    ) throws {
        guard !edits.isEmpty || !choice.isAutomatic else { throw AdministrationError.nothingToEdit }
        let account = try reader.account(at: place)
        let user = try reader.user(reference, of: account)
        var claims = try user.claims()
        let signer = try signer(of: account, sameSigner(as: claims, in: account, choice), allowingScopes: true)
        if let scope = signer.scope {
            guard edits.limits.isEmpty else { throw Self.roleDecides }
            if !claims.limits.isEmpty {
                warn(
                    "the user \"\(user.name)\" now has the permissions of the role \"\(scope.role)\" instead of its own"
                )
            }
            claims.limits = .scoped
        } else if claims.limits.isEmpty {
            try checkUnmanaged(account, isMeant: overridesPolicies, insistingBy: "--force")
            // It had a role until now. Without one, zero would mean none.
            warn("the user \"\(user.name)\" has left its role: what is not set now is unlimited")
            claims.limits = UserPermissionLimits()
        }
        try edits.limits.apply(to: &claims.limits)
        edits.tags.apply(toTags: &claims.tags)
        try edits.validity.check(at: now)
        edits.validity.apply(to: &claims)
        let isSameSigner = choice.isAutomatic && signer.pair.publicKey.text == claims.issuer
        if isSameSigner, try isUnchanged(claims, from: user.claims()) { return }
        let end = claims.expires
        let token = try issue(&claims, of: account, signer, endIsChosen: edits.validity.expires != nil)
        if claims.expires != end {
            warn(
                "what \"\(user.name)\" has now ends on \(CivilDate.text(unixSeconds: claims.expires)), as the policy file of "
                    + "\"\(account.name)\" says for its role")
        }
        try database.run(
            sql: "UPDATE users SET token = ? WHERE account = ? AND public_key = ?",
            arguments: [token.id, account.publicKey.text, user.publicKey.text])
        note(.changed, "user", user.name, key: user.publicKey.text, token: token)
    }

    /// Deletes a user from the directory.
    ///
    /// A user that a policy file declares is taken out of the file, unless somebody insists, which is recorded.
    ///
    /// - Parameters:
    ///   - revoking: whether the credentials that are out in the world are revoked; otherwise they go on working.
    ///   - forgettingSeed: whether the user's seed is deleted from the keyring.
    public func deleteUser(
        _ reference: EntityReference, at place: Place, revoking: Bool, forgettingSeed: Bool,
        signer: SignerChoice = .automatic
    ) throws {
        let account = try reader.account(at: place)
        let user = try reader.user(reference, of: account)
        try checkDeclared(user, of: account)
        if revoking {
            try revokeUser(EntityReference(user.publicKey), at: place, signer: signer)
        } else {
            warn(
                "the credentials of \"\(user.name)\" go on working: revoke them with \"chancery revocations add-user\"")
        }
        try database.run(
            sql: "DELETE FROM users WHERE account = ? AND public_key = ?",
            arguments: [account.publicKey.text, user.publicKey.text])
        try release(user.publicKey.text)
        if forgettingSeed { try keyring.forget(user.publicKey) }
        note(.deleted, "user", user.name, key: user.publicKey.text)
    }

    /// Refuses a user without a role where a policy file governs the account, unless somebody insists, which is recorded.
    func checkUnmanaged(_ account: AccountEntry, isMeant: Bool, insistingBy option: String) throws {
        guard try reader.isGoverned(account.publicKey) else { return }
        guard isMeant else {
            throw AdministrationError(
                .refused, "the account \"\(account.name)\" is governed by its policy file, where users have roles",
                remedy: "name the role with --private-key, or insist with \(option), which is recorded")
        }
        recordForced(account)
    }

    /// A user keeps its role: unless somebody says otherwise, the key signs that signed before.
    private func sameSigner(
        as claims: UserClaims, in account: AccountEntry, _ choice: SignerChoice
    ) throws -> SignerChoice {
        guard choice.isAutomatic, try account.claims().signingKey(claims.issuer) != nil else { return choice }
        return .named(claims.issuer)
    }

    /// Signs a user: the one place where that is done for somebody who asks for it.
    ///
    /// - Parameters:
    ///   - endIsChosen: whether somebody asked for the end that the claims have, be it none.
    ///   - insistence: whether somebody insists on what a policy file does not allow; nil for what the change says.
    func issue(
        _ claims: inout UserClaims, of account: AccountEntry, _ signer: AccountSigner, endIsChosen: Bool,
        _ insistence: Insistence? = nil
    ) throws -> IssuedToken {
        let issuer = signer.pair.publicKey
        claims.issuer = issuer.text
        claims.issuerAccount = issuer == account.publicKey ? "" : account.publicKey.text
        if let scope = signer.scope {
            do throws(ClaimsError) {
                try scope.check(claims)
            } catch {
                throw AdministrationError(
                    .invalidClaims, error.message, remedy: "leave permissions and limits to the role")
            }
        }
        try holdToFile(&claims, of: account, endIsChosen: endIsChosen, insistence ?? self.insistence)
        if let misfit = signer.scope?.misfit(name: claims.name, tags: claims.tags) {
            warn("\(misfit): here it fills nothing, and nats-server takes it as it is")
        }
        let covering = try account.claims().revocations.effectiveTime(of: claims.subject)
        return try issue(claims, scope: account.publicKey, signer: signer.pair, revokedThrough: covering)
    }

    private static var roleDecides: AdministrationError {
        AdministrationError(
            .invalidClaims, "scoped users require no permissions or limits set",
            remedy: "change the role with \"chancery edit signing-key\" instead")
    }
}
