public import Claims
import GRDB
public import NKeys

/// What a new account is to be.
public struct NewAccount: Sendable {
    /// The name, unique under its operator.
    public var name: String
    /// The identity key, if it was made elsewhere.
    public var publicKey: PublicKey?
    /// What users may do that have no permissions of their own.
    public var defaultPermissions = PermissionEdits()
    /// When the account's token counts.
    public var validity = Validity()
    /// What else its claims say, but for its name and its key.
    public var shape: (@Sendable (inout AccountClaims) -> Void)?

    public init(name: String) {
        self.name = name
    }
}

extension Change {
    /// Adds an account to an operator and selects it.
    @discardableResult
    public func addAccount(
        _ new: NewAccount, of reference: EntityReference? = nil, signer: SignerChoice = .automatic
    ) throws -> AccountEntry {
        let name = try EntityName.made(new.name, for: "an account")
        let entry = try reader.operator(reference)
        guard try reader.findAccount(EntityReference(name), of: entry) == nil else {
            throw AdministrationError(
                .alreadyExists, "the account \"\(name)\" already exists",
                remedy: "choose another name, or use \"chancery edit account\"")
        }
        if let key = new.publicKey, let other = try reader.accountEntry(key) {
            throw AdministrationError(
                .alreadyExists, "the key \(key) already is the account \"\(other.name)\"", remedy: "give another key")
        }
        let key = try identity(.account, given: new.publicKey, owner: entry.publicKey)
        var claims = AccountClaims(subject: key.text, name: name)
        try new.defaultPermissions.apply(to: &claims.defaultPermissions)
        try new.validity.check(at: now)
        new.validity.apply(to: &claims)
        new.shape?(&claims)
        (claims.common.subject, claims.common.name) = (key.text, name)
        let account = try insert(claims, key, of: entry, signer: signer)
        try select(account: account, of: entry)
        return account
    }

    /// Changes an account.
    ///
    /// Without any edit the account is only signed again, which `resigning` allows.
    public func editAccount(
        at place: Place, _ edits: AccountEdits, signingKeys: ListEdits = ListEdits(), resigning: Bool = false,
        signer: SignerChoice = .automatic
    ) throws {
        guard !edits.isEmpty || !signingKeys.isEmpty || resigning else { throw AdministrationError.nothingToEdit }
        try edits.validity.check(at: now)
        let isAsking = !edits.isEmpty || !signingKeys.isEmpty
        try editAccount(reader.account(at: place), signer: signer, unlessUnchanged: isAsking) { claims, account in
            for key in signingKeys.remove {
                guard claims.signingKey(key) != nil else {
                    throw AdministrationError(
                        .notFound, "the account \"\(account.name)\" has no signing key \(key)",
                        remedy: "see \"chancery describe account \(commandWord(account.name))\"")
                }
                claims.removeSigningKey(key)
                try release(key)
                for name in try reader.users(of: account, signedBy: key) {
                    warn("the user \"\(name)\" can no longer sign in: it was signed by the key that was taken out")
                }
                note(.deleted, "signing key", account.name, key: key)
            }
            for text in signingKeys.add {
                let key = try signingKey(text, .account, purpose: .signing, owner: account.publicKey).text
                guard claims.signingKey(key) == nil else { continue }
                claims.setSigningKey(.key(key))
                note(.added, "signing key", account.name, key: key)
            }
            try edits.apply(to: &claims)
        }
    }

    /// Changes the claims of an account, signs them and makes the token the current one.
    ///
    /// Every change of an account goes through here: the claims that `edit` sees are the ones of this transaction.
    ///
    /// - Parameter unlessUnchanged: whether claims that come out as they went in are left alone, unless somebody said
    ///   which key signs.
    func editAccount(
        _ account: AccountEntry, signer choice: SignerChoice, unlessUnchanged: Bool = false,
        _ edit: (inout AccountClaims, AccountEntry) throws -> Void
    ) throws {
        let entry = try reader.operator(EntityReference(account.operator))
        var claims = try account.claims()
        let before = claims
        try edit(&claims, account)
        try checkGoverned(account, from: before, to: claims)
        if unlessUnchanged, choice.isAutomatic, try isUnchanged(claims, from: before) { return }
        let token = try issue(claims, scope: account.operator, signer: signer(of: claims, in: entry, choice))
        try database.run(
            sql: "UPDATE accounts SET token = ? WHERE public_key = ?", arguments: [token.id, account.publicKey.text])
        note(.changed, "account", account.name, key: account.publicKey.text, token: token)
    }

    func insert(
        _ claims: AccountClaims, _ key: PublicKey, of operator: OperatorEntry, signer choice: SignerChoice
    ) throws -> AccountEntry {
        let token = try issue(claims, scope: `operator`.publicKey, signer: signer(of: claims, in: `operator`, choice))
        try database.run(
            sql: "INSERT INTO accounts (public_key, operator, name, token, created_at) VALUES (?, ?, ?, ?, ?)",
            arguments: [key.text, `operator`.publicKey.text, claims.name, token.id, now])
        note(.added, "account", claims.name, key: key.text, token: token)
        return AccountEntry(publicKey: key, operator: `operator`.publicKey, name: claims.name, token: token.text)
    }
}
