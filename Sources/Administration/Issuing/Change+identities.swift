import Claims
import GRDB
public import NKeys

extension Change {
    /// Gives an account another name, in its token and in the directory. Its key, its users and their credentials stay.
    public func renameAccount(
        _ reference: EntityReference, to newName: String, of operatorReference: EntityReference? = nil,
        signer choice: SignerChoice = .automatic
    ) throws {
        let name = try EntityName.made(newName, for: "an account")
        let entry = try reader.operator(operatorReference)
        let account = try reader.account(reference, of: entry)
        guard !name.isExactly(account.name) else {
            throw AdministrationError(
                .invalidValue, "the account is called \"\(name)\" already", remedy: "give another name")
        }
        guard try reader.findAccount(EntityReference(name), of: entry) == nil else {
            throw AdministrationError(
                .alreadyExists, "the account \"\(name)\" already exists", remedy: "choose another name")
        }
        // A file governs an account by its name.
        try refuseGoverned(account)
        var claims = try account.claims()
        claims.name = name
        let token = try issue(claims, scope: account.operator, signer: signer(of: claims, in: entry, choice))
        try database.execute(
            sql: "UPDATE accounts SET token = ?, name = ? WHERE public_key = ?",
            arguments: [token.id, name, account.publicKey.text])
        note(.changed, "account", name, key: account.publicKey.text, token: token)
    }

    /// Gives an operator a new identity key, and signs again what the old one had signed.
    ///
    /// - Parameter convertingToSigningKey: whether the old identity goes on as a signing key, so that the accounts it
    ///   signed need not be signed again.
    /// - Returns: the operator's new key.
    @discardableResult
    public func reissueOperator(
        _ reference: EntityReference?, convertingToSigningKey: Bool
    ) throws -> PublicKey {
        let entry = try reader.operator(reference)
        let old = entry.publicKey
        let identity = KeyPair.generate(.operator, random: surroundings.random)
        try register(identity.publicKey, purpose: .identity, owner: nil)
        try keyring.keep(identity)
        var claims = try entry.claims()
        claims.subject = identity.publicKey.text
        if convertingToSigningKey { claims.signingKeys.append(old.text) }
        let token = try issue(claims, scope: identity.publicKey, signer: identity)
        try move(old, to: identity.publicKey, token)
        if convertingToSigningKey {
            try register(old, purpose: .signing, owner: identity.publicKey)
        } else {
            try release(old.text)
        }
        note(.changed, "operator", entry.name, key: identity.publicKey.text, token: token)
        if convertingToSigningKey {
            note(.added, "signing key", entry.name, key: old.text)
        } else {
            try signAgain(accountsSignedBy: old, of: try reader.operator(EntityReference(identity.publicKey)))
        }
        warn(
            "servers trust the new operator once its token stands in their configuration: \"chancery generate config\"")
        return identity.publicKey
    }

    /// Puts a new key in the place of an operator's old one. The rows refer to each other, so the check of that waits
    /// until the change is stored.
    private func move(_ old: PublicKey, to new: PublicKey, _ token: IssuedToken) throws {
        try database.execute(sql: "PRAGMA defer_foreign_keys = ON")
        try database.execute(
            sql: "UPDATE operators SET public_key = ?, token = ? WHERE public_key = ?",
            arguments: [new.text, token.id, old.text])
        for sql in [
            "UPDATE accounts SET operator = ? WHERE operator = ?", "UPDATE context SET operator = ? WHERE operator = ?",
            "UPDATE keys SET owner = ? WHERE owner = ?",
        ] {
            try database.execute(sql: sql, arguments: [new.text, old.text])
        }
    }

    private func signAgain(accountsSignedBy old: PublicKey, of entry: OperatorEntry) throws {
        for account in try reader.accounts(of: entry) where try account.claims().issuer == old.text {
            try editAccount(account, signer: .automatic) { _, _ in }
        }
    }
}
