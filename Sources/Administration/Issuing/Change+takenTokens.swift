import Claims
import GRDB
public import NKeys

/// How a token that was signed elsewhere is taken in.
public struct TakingOptions: Sendable, Hashable {
    /// Whether it may replace what is there under its key.
    public var overwrites = false
    /// Whether it is taken although its claims break rules of the format, or count no more.
    public var ignoresIssues = false
    /// Whether an account of another operator is taken, and signed again by this one; and whether a token may replace
    /// a later one.
    public var isForced = false

    public init() {}
}

extension Change {
    /// Takes an account's token in. What the operator signed stays as it is; what the account signed itself, or, if
    /// that is forced, another operator, is signed again.
    @discardableResult
    public func importAccount(
        _ text: String, of reference: EntityReference? = nil, _ options: TakingOptions = TakingOptions(),
        signer choice: SignerChoice = .automatic
    ) throws -> AccountEntry {
        let entry = try reader.operator(reference)
        let token = try Self.decoded(text)
        guard case .account(let claims) = token.claims else { throw Self.wrongKind(token, "an account") }
        let key = try Self.subject(of: token)
        try checkPlace(of: key, named: claims.name, in: entry, options)
        try checkTaken(token, existing: reader.accountEntry(key)?.token, options)
        let taken: IssuedToken
        if try entry.claims().didSign(claims) {
            taken = try take(token, scope: entry.publicKey)
        } else {
            guard claims.issuer == claims.subject || options.isForced else {
                throw AdministrationError(
                    .refused, "the account \"\(claims.name)\" was signed by another operator (\(claims.issuer))",
                    remedy: "take it over, signed again by \"\(entry.name)\", with --force")
            }
            taken = try issue(claims, scope: entry.publicKey, signer: signer(of: entry, choice))
        }
        return try put(claims, key, of: entry, taken)
    }

    /// Takes a user's token in, with its seed if that came along.
    ///
    /// - Parameter pair: the user's key pair.
    @discardableResult
    public func importUser(
        _ text: String, pair: KeyPair? = nil, of reference: EntityReference? = nil,
        _ options: TakingOptions = TakingOptions()
    ) throws -> UserEntry {
        let entry = try reader.operator(reference)
        let token = try Self.decoded(text)
        guard case .user(let claims) = token.claims else { throw Self.wrongKind(token, "a user") }
        let key = try Self.subject(of: token)
        guard pair == nil || pair?.publicKey == key else {
            throw AdministrationError(
                .refused, "the seed is not that of the user \"\(claims.name)\"",
                remedy: "give the credentials as they came")
        }
        let owner = claims.issuerAccount.isEmpty ? claims.issuer : claims.issuerAccount
        let account = try reader.account(EntityReference(owner), of: entry)
        guard try account.claims().didSign(claims) else {
            throw AdministrationError(
                .refused, "the user \"\(claims.name)\" was signed by \(claims.issuer), which is no key of its account",
                remedy: "add the user anew with \"chancery add user \(commandWord(claims.name)) --public-key \(key)\"")
        }
        _ = try EntityName.checked(claims.name, for: "a user")
        guard claims.name != RevocationList.everyone else {
            throw AdministrationError(
                .invalidValue, "\"*\" stands for everybody and cannot be a name",
                remedy: "have it signed with another name")
        }
        let existing = try reader.findUser(EntityReference(key), of: account)
        if let other = try reader.findUser(EntityReference(claims.name), of: account), other.publicKey != key {
            throw AdministrationError(
                .alreadyExists, "the user \"\(claims.name)\" already exists with another key", remedy: "delete it first"
            )
        }
        try checkTaken(token, existing: existing?.token, options)
        if try account.claims().signingKey(claims.issuer)?.scope == nil {
            try checkUnmanaged(account, isMeant: overridesPolicies, insistingBy: "--force")
        }
        let user = try put(claims, key, of: account, take(token, scope: account.publicKey))
        if let pair { try keyring.keep(pair) }
        return user
    }

    // MARK: Checks

    /// The name must be free, and the key too unless the account may be overwritten.
    private func checkPlace(
        of key: PublicKey, named name: String, in entry: OperatorEntry, _ options: TakingOptions
    ) throws {
        _ = try EntityName.checked(name, for: "an account")
        if let other = try reader.findAccount(EntityReference(name), of: entry), other.publicKey != key {
            throw AdministrationError(
                .alreadyExists, "the account \"\(name)\" already exists with another key",
                remedy: "rename or delete it first")
        }
        guard let existing = try reader.accountEntry(key), existing.operator != entry.publicKey else { return }
        throw AdministrationError(
            .alreadyExists, "the account \(key) belongs to another operator of this directory",
            remedy: "delete it there first")
    }

    /// Stops on a token that is dated so far ahead that everything issued here would have to be dated later still.
    func checkDate(_ token: Token, isForced: Bool) throws(AdministrationError) {
        let (claims, ahead) = (token.claims, token.claims.issuedAt.subtractingReportingOverflow(now))
        guard !isForced, ahead.overflow ? claims.issuedAt > now : ahead.partialValue > IssueTime.furthestAheadTaken
        else { return }
        throw AdministrationError(
            .refused,
            "the \(claims.kind.rawValue) \"\(claims.name)\" is dated \(CivilDate.text(unixSeconds: claims.issuedAt)), more "
                + "than an hour ahead of the clock",
            remedy: "check the clock, or take it all the same with --force")
    }

    private func checkTaken(_ token: Token, existing: String?, _ options: TakingOptions) throws {
        let claims = token.claims
        try checkDate(token, isForced: options.isForced)
        if let existing, existing != token.text {
            guard options.overwrites else {
                throw AdministrationError(
                    .alreadyExists, "the \(claims.kind.rawValue) \"\(claims.name)\" already exists",
                    remedy: "replace it with --overwrite")
            }
            guard try options.isForced || Self.decoded(existing).claims.issuedAt <= claims.issuedAt else {
                throw AdministrationError(
                    .refused, "the \(claims.kind.rawValue) \"\(claims.name)\" is older than the one that is here",
                    remedy: "go back to it all the same with --force")
            }
        }
        let faults = claims.value.validate(at: now, isKnownTimeZone: SystemTimeZones.isKnown).filter {
            $0.level != .warning
        }.map(\.locatedDescription)
        guard faults.isEmpty || options.ignoresIssues else {
            throw AdministrationError(
                .invalidClaims,
                "the \(claims.kind.rawValue) \"\(claims.name)\" is not valid: " + faults.joined(separator: "; "),
                remedy: "take it all the same with --skip")
        }
        for fault in faults { warn("\(claims.kind.rawValue) \"\(claims.name)\": \(fault)") }
    }

    static func decoded(_ text: String) throws(AdministrationError) -> Token {
        do {
            return try Token.decode(text)
        } catch {
            throw AdministrationError(
                .invalidValue, "the token cannot be read: \(error.message)",
                remedy: error.remedy.isEmpty ? nil : error.remedy)
        }
    }

    static func subject(of token: Token) throws(AdministrationError) -> PublicKey {
        guard let key = EntityReference(token.claims.subject).publicKey else {
            throw AdministrationError(
                .invalidValue, "the token's subject \"\(token.claims.subject)\" is no public key",
                remedy: "ask for the token as it was issued")
        }
        return key
    }

    static func wrongKind(_ token: Token, _ wanted: String) -> AdministrationError {
        AdministrationError(
            .invalidValue, "the token is that of a kind \"\(token.claims.kind.rawValue)\", not \(wanted)'s",
            remedy: "give another file")
    }

    // MARK: Rows

    /// Makes a token the current one of its operator, which need not be here yet.
    @discardableResult
    func put(_ claims: OperatorClaims, _ key: PublicKey, _ token: IssuedToken) throws -> OperatorEntry {
        let existing = try reader.operatorEntry(key)
        if let existing {
            for gone in try existing.claims().signingKeys where !claims.signingKeys.contains(gone) { try release(gone) }
        }
        try database.run(
            sql: """
                INSERT INTO operators (public_key, name, token, created_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (public_key) DO UPDATE SET name = excluded.name, token = excluded.token
                """,
            arguments: [key.text, claims.name, token.id, now])
        try register(key, purpose: .identity, owner: nil)
        for text in claims.signingKeys {
            if let signing = EntityReference(text).publicKey { try register(signing, purpose: .signing, owner: key) }
        }
        note(existing == nil ? .added : .changed, "operator", claims.name, key: key.text, token: token)
        return OperatorEntry(publicKey: key, name: claims.name, token: token.text)
    }

    /// Makes a token the current one of its account, which need not be here yet.
    @discardableResult
    func put(
        _ claims: AccountClaims, _ key: PublicKey, of entry: OperatorEntry, _ token: IssuedToken
    ) throws -> AccountEntry {
        let existing = try reader.accountEntry(key)
        if let existing { try checkGoverned(existing, from: existing.claims(), to: claims) }
        if let existing {
            for gone in try existing.claims().signingKeys where claims.signingKey(gone.key) == nil {
                try release(gone.key)
            }
        }
        try database.run(
            sql: """
                INSERT INTO accounts (public_key, operator, name, token, created_at) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (public_key) DO UPDATE SET name = excluded.name, token = excluded.token
                """,
            arguments: [key.text, entry.publicKey.text, claims.name, token.id, now])
        try register(key, purpose: .identity, owner: entry.publicKey)
        for signing in claims.signingKeys {
            guard let signingKey = EntityReference(signing.key).publicKey else { continue }
            let scope = signing.scope
            try register(signingKey, purpose: scope == nil ? .signing : .role, role: scope?.role, owner: key)
        }
        if let curve = EntityReference(claims.authorization.xkey).publicKey {
            try register(curve, purpose: .stored, owner: key)
        }
        note(existing == nil ? .added : .changed, "account", claims.name, key: key.text, token: token)
        return AccountEntry(publicKey: key, operator: entry.publicKey, name: claims.name, token: token.text)
    }

    /// Makes a token the current one of its user, which need not be here yet.
    @discardableResult
    func put(
        _ claims: UserClaims, _ key: PublicKey, of account: AccountEntry, _ token: IssuedToken
    ) throws -> UserEntry {
        try checkAgainstFile(claims, of: account)
        let existing = try reader.findUser(EntityReference(key), of: account)
        try database.run(
            sql: """
                INSERT INTO users (account, public_key, name, token, created_at) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (account, public_key) DO UPDATE SET name = excluded.name, token = excluded.token
                """,
            arguments: [account.publicKey.text, key.text, claims.name, token.id, now])
        try register(key, purpose: .identity, owner: account.publicKey)
        note(existing == nil ? .added : .changed, "user", claims.name, key: key.text, token: token)
        return UserEntry(publicKey: key, account: account.publicKey, name: claims.name, token: token.text)
    }
}
