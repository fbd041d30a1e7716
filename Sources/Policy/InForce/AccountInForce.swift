public import Claims

/// An account as it is in force, whoever made it so: questions about access are answered from its claims, and files only say
/// where these come from.
public struct AccountInForce: Sendable {
    public let claims: AccountClaims
    /// What the account JWT has no field for; nil where it has no settings.
    public var settings: SettingsClaims?
    /// The users with a token.
    public var users: [UserClaims] = []
    /// The users that a file declares: one without a token gets it when somebody asks.
    public var declared: [CompiledUser] = []
    /// Where entries of the claims stand in files.
    public var sources = SourceMap()
    /// What its file says; nil for an account without one.
    public var policy: PolicySet.Account?

    public init(claims: AccountClaims) { self.claims = claims }
}

extension PolicySet {
    /// What is in force as a set, to ask questions about. Rules have the places of files where these are known, and else
    /// those of claims, such as `A:/nats/signing_keys/KEY/template/pub/allow/0`.
    ///
    /// A user without a role has one of its own, called `user NAME`. Imports that do not count now are left out.
    ///
    /// - Parameters:
    ///   - accounts: of one operator; names are unique.
    ///   - isStrict: whether the operator demands that signing keys are used.
    ///   - now: Unix seconds.
    public init(inForce accounts: [AccountInForce], isStrict: Bool, at now: Int64) {
        let names = Dictionary(
            accounts.map { ($0.claims.subject, $0.claims.name) }, uniquingKeysWith: { first, _ in first })
        let claims = Dictionary(
            accounts.map { ($0.claims.subject, $0.claims) }, uniquingKeysWith: { first, _ in first })
        var manifest = PolicyManifest()
        func add(_ name: String, hasFile: Bool) {
            let place = Placed(name, PolicyPosition(claims: name, ""))
            manifest.accounts.append(.init(name: place, file: hasFile ? place : nil))
        }
        for account in accounts { add(account.claims.name, hasFile: true) }
        let strangers = Set(accounts.flatMap { $0.claims.imports.map(\.account) }).subtracting(names.keys)
        for key in strangers.sorted() { add(key, hasFile: false) }
        let read = accounts.map { account in
            var reader = InForceReader(account, names: names, claims: claims, isStrict: isStrict, at: now)
            return reader.read()
        }
        self.init(
            environment: nil, manifest: manifest, accounts: read, warnings: [], source: PolicySource("", file: ""),
            texts: PolicyTexts(files: [:], environment: nil))
    }
}
