import Claims
import GRDB
import NKeys

/// What a new operator is to be.
public struct NewOperator: Sendable {
    /// The name, unique in the directory.
    public var name: String
    /// Whether a system account `SYS` with a user `sys` is made with it.
    public var withSystemAccount = false
    /// Whether a signing key is made with it, and one for the system account.
    public var withSigningKey = false
    /// When the operator's token counts.
    public var validity = Validity()
    /// Whether commands mean it from now on, where they name none.
    public var isSelected = true

    public init(name: String) {
        self.name = name
    }
}

/// Changes to an operator. Nil leaves a value as it is.
public struct OperatorEdits: Sendable, Hashable {
    /// Signing keys: `generate` or a public key to add, public keys to remove.
    public var signingKeys = ListEdits()
    /// Tags.
    public var tags = ListEdits()
    /// Where clients connect.
    public var serviceURLs = ListEdits()
    /// Where servers and tools find account tokens; empty for nowhere.
    public var accountServerURL: String?
    /// The system account, by name or key.
    public var systemAccount: EntityReference?
    /// Whether identity keys may sign nothing but themselves.
    public var requireSigningKeys: Bool?
    /// When the operator's token counts.
    public var validity = Validity()

    public init() {}

    /// Whether nothing would change.
    public var isEmpty: Bool { self == OperatorEdits() }
}

extension Change {
    /// Adds an operator, and selects it where that is wanted.
    @discardableResult
    public func addOperator(_ new: NewOperator) throws -> OperatorEntry {
        let name = try EntityName.made(new.name, for: "an operator")
        guard try !reader.operators().contains(where: { $0.name.isExactly(name) }) else {
            throw AdministrationError(
                .alreadyExists, "the operator \"\(name)\" already exists",
                remedy: "choose another name, or use \"chancery edit operator\"")
        }
        let pair = try makeKey(.operator, purpose: .identity, owner: nil)
        var claims = OperatorClaims(subject: pair.publicKey.text, name: name)
        try new.validity.check(at: now)
        new.validity.apply(to: &claims)
        if new.withSigningKey {
            claims.signingKeys = [try makeKey(.operator, purpose: .signing, owner: pair.publicKey).publicKey.text]
        }
        let systemAccount =
            new.withSystemAccount ? try makeKey(.account, purpose: .identity, owner: pair.publicKey) : nil
        claims.systemAccount = systemAccount?.publicKey.text ?? ""

        let token = try issue(claims, scope: pair.publicKey, signer: pair)
        try database.execute(
            sql: "INSERT INTO operators (public_key, name, token, created_at) VALUES (?, ?, ?, ?)",
            arguments: [pair.publicKey.text, name, token.id, now])
        note(.added, "operator", name, key: claims.subject, token: token)
        claims.signingKeys.forEach { note(.added, "signing key", name, key: $0) }
        let entry = OperatorEntry(publicKey: pair.publicKey, name: name, token: token.text)
        if new.isSelected { try select(operator: entry) }
        if let systemAccount { try addSystemAccount(systemAccount, to: entry, withSigningKey: new.withSigningKey) }
        return entry
    }

    /// Adds `SYS` and its user `sys`.
    private func addSystemAccount(_ pair: KeyPair, to operator: OperatorEntry, withSigningKey: Bool) throws {
        var claims = AccountClaims(subject: pair.publicKey.text, name: "SYS")
        claims.exports = SystemAccount.exports
        if withSigningKey {
            claims.setSigningKey(.key(try makeKey(.account, purpose: .signing, owner: pair.publicKey).publicKey.text))
        }
        let account = try insert(claims, pair.publicKey, of: `operator`, signer: .automatic)
        claims.signingKeys.forEach { note(.added, "signing key", account.name, key: $0.key) }
        try addUser(NewUser(name: "sys"), in: account)
    }

    /// Changes an operator.
    ///
    /// - Throws: ``AdministrationError``; with `seedMissing` when its identity key is not here, since nothing else can
    ///   sign an operator's token.
    public func editOperator(
        _ reference: EntityReference?, _ edits: OperatorEdits, signer choice: SignerChoice = .automatic
    ) throws {
        let entry = try reader.operator(reference)
        guard !edits.isEmpty else { throw AdministrationError.nothingToEdit }
        var claims = try entry.claims()
        let signer = try identitySigner(of: entry, choice)

        for key in edits.signingKeys.remove {
            guard claims.signingKeys.contains(key) else {
                throw AdministrationError(
                    .notFound, "the operator \"\(entry.name)\" has no signing key \(key)",
                    remedy: "see \"chancery describe operator\"")
            }
            claims.signingKeys.removeAll { $0 == key }
            try release(key)
            try warnAboutAccounts(of: entry, signedBy: key)
            note(.deleted, "signing key", entry.name, key: key)
        }
        for text in edits.signingKeys.add {
            let key = try signingKey(text, .operator, purpose: .signing, owner: entry.publicKey).text
            guard !claims.signingKeys.contains(key) else { continue }
            claims.signingKeys.append(key)
            note(.added, "signing key", entry.name, key: key)
        }
        edits.tags.apply(toTags: &claims.tags)
        edits.serviceURLs.apply(to: &claims.serviceURLs) { $0.lowercased() }
        if let url = edits.accountServerURL { claims.accountServerURL = try Self.checkedAccountServer(url) }
        if let account = edits.systemAccount {
            claims.systemAccount = try reader.account(account, of: entry).publicKey.text
        }
        if let requireSigningKeys = edits.requireSigningKeys {
            try checkSigningKeys(of: entry, claims, required: requireSigningKeys)
            claims.strictSigningKeyUsage = requireSigningKeys
        }
        try edits.validity.check(at: now)
        edits.validity.apply(to: &claims)
        if choice.isAutomatic, try isUnchanged(claims, from: entry.claims()) { return }

        let token = try issue(claims, scope: entry.publicKey, signer: signer)
        try database.execute(
            sql: "UPDATE operators SET token = ? WHERE public_key = ?", arguments: [token.id, entry.publicKey.text])
        note(.changed, "operator", entry.name, key: claims.subject, token: token)
    }

    /// An address that accounts can be pushed to, or nothing.
    private static func checkedAccountServer(_ url: String) throws(AdministrationError) -> String {
        let schemes = ["nats://", "tls://", "ws://", "wss://", "http://", "https://"]
        guard
            url.isEmpty || schemes.contains(where: { url.lowercased().hasPrefix($0) && url.utf8.count > $0.utf8.count })
        else {
            throw AdministrationError(
                .invalidValue, "\"\(url)\" is no address of an account server",
                remedy: "write nats://host:4222, or https://host/jwt/v1 for one that is spoken to over HTTP")
        }
        return url
    }

    /// Names what servers would no longer trust once signing keys are required.
    private func checkSigningKeys(of entry: OperatorEntry, _ claims: OperatorClaims, required: Bool) throws {
        guard required else { return }
        guard !claims.signingKeys.isEmpty else {
            throw AdministrationError(
                .refused, "the operator \"\(entry.name)\" has no signing key that it could require",
                remedy: "add one first, or in the same command with \"--sk generate\"")
        }
        try warnAboutAccounts(of: entry, signedBy: claims.subject)
    }

    /// Names the accounts that servers trust no more once a key may not sign.
    private func warnAboutAccounts(of entry: OperatorEntry, signedBy key: String) throws {
        for name in try reader.accounts(of: entry, signedBy: key) {
            warn(
                "the account \"\(name)\" is signed by \(key), which may sign no more: sign it again with "
                    + "\"chancery edit account \(commandWord(name))\" and push it")
        }
    }
}

extension AdministrationError {
    static var nothingToEdit: AdministrationError {
        AdministrationError(.invalidValue, "nothing was said that should change", remedy: "specify an edit option")
    }
}
