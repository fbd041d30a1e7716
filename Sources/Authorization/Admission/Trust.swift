public import Claims
public import NKeys

/// What a server trusts at one moment: operators, or else users of its own configuration; and proxies.
public struct Trust: Sendable {
    /// The operators' claims, verified. With any, the server is in operator mode and knows no users of its own.
    public let operators: [OperatorClaims]
    /// The only accounts whose users may sign in; nil for all. The system account is always one of them.
    public let pinnedAccounts: Set<PublicKey>?
    /// The account of the server's own services.
    public var systemAccount: AccountIdentity?
    /// The user JWT that stands in for clients without one, in operator mode; it has to be a bearer's.
    public var defaultSentinel: String?
    /// The keys of proxies whose word counts.
    public var proxies: Set<PublicKey>
    /// The users of the server's configuration, outside operator mode.
    public var local: LocalUsers
    /// The users for WebSockets, where these have a user or a token of their own; nil for ``local``.
    public var webSocketUsers: LocalUsers?

    public init(
        operators: [OperatorClaims], pinnedAccounts: Set<PublicKey>? = nil, systemAccount: AccountIdentity? = nil,
        defaultSentinel: String? = nil, proxies: Set<PublicKey> = [], local: LocalUsers = LocalUsers()
    ) {
        self.operators = operators
        self.pinnedAccounts = pinnedAccounts
        self.systemAccount = systemAccount
        self.defaultSentinel = defaultSentinel
        self.proxies = proxies
        self.local = local
    }

    /// Whether users come with JWTs that operators vouch for.
    public var isOperatorMode: Bool { !operators.isEmpty }

    /// The users of the configuration for connections of a type.
    func users(for type: ConnectionType) -> LocalUsers {
        type == .webSocket ? webSocketUsers ?? local : local
    }

    /// Whether a client is told that it is asked for credentials. Those that may come in without any are not, unless they
    /// may only because all users are the system account's, or the listener has a user of its own for them.
    ///
    /// - Parameter isSignedIn: whether it has done so: then it is told what holds for clients in general.
    public func asksForCredentials(_ facts: ConnectionFacts, isSignedIn: Bool) -> Bool {
        guard !isOperatorMode else { return true }
        guard !isSignedIn else { return local.requiresAuthentication }
        let users = users(for: facts.type)
        return facts.noAuthUser != nil || (users.requiresAuthentication && users.noAuthUser == nil)
    }

    /// Whether clients get a nonce to sign.
    public var asksForSignatures: Bool { isOperatorMode || local.hasKeys || !proxies.isEmpty }

    /// Whether everybody comes in who connects in this way, whatever they present.
    public func isOpen(_ type: ConnectionType) -> Bool {
        !isOperatorMode && !users(for: type).requiresAuthentication
    }

    /// Whether a client may begin with something else than CONNECT, and is then taken for one without credentials.
    ///
    /// - Parameter facts: the listener may have a user for such clients too.
    public func admitsUnannounced(_ facts: ConnectionFacts) -> Bool {
        guard !isOperatorMode else { return false }
        let users = users(for: facts.type)
        return facts.noAuthUser != nil || users.noAuthUser != nil || users.admitsUnnamed(systemAccount: systemAccount)
    }

    /// Whether an operator signed these claims with a key that may sign them: its identity, unless only signing keys may
    /// be used, or one of its signing keys.
    public func signed(_ account: AccountClaims) -> Bool {
        operators.contains { $0.didSign(account) }
    }

    /// Whether settings are an account's, and an operator signed them.
    public func accepts(_ settings: SettingsClaims, of account: PublicKey) -> Bool {
        settings.subject == account.text && operators.contains { $0.didSign(settings) }
    }

    /// Whether the operator that signed an account lets only signing keys sign, which then holds for the account's users
    /// as well.
    func requiresSigningKeys(_ account: AccountClaims) -> Bool {
        operators.contains { $0.strictSigningKeyUsage && $0.didSign(account) }
    }

    /// Whether users of an account may sign in on this server at all.
    func admits(_ account: PublicKey) -> Bool {
        guard let pinnedAccounts else { return true }
        return pinnedAccounts.contains(account) || systemAccount == .key(account)
    }
}
