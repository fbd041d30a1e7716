public import NKeys

/// The `authorization` block. Its users are in the account `$G`; ``BrokerConfiguration/authorizationTimeout`` is its
/// `timeout`.
public struct AuthorizationConfiguration: Sendable, Hashable {
    /// The name of the only user, beside ``password``.
    public var user: String?
    public var password: ConfigurationSecret?
    /// A token that lets in whoever has it.
    public var token: ConfigurationSecret?
    /// Nil where there is no list at all. An empty list lets nobody in.
    public var users: [UserConfiguration]?
    /// For users without permissions of their own.
    public var defaultPermissions: PermissionsConfiguration?
    public var callout: AuthorizationCalloutConfiguration?
    /// For the only user and the token.
    public var isProxyRequired = false

    public init() {}
}

/// `auth_callout`: somebody else decides who comes in.
public struct AuthorizationCalloutConfiguration: Sendable, Hashable {
    /// The account key that signs the answers.
    public var issuer: PublicKey
    /// The account in which the service answers.
    public var account = "$G"
    /// The names or keys of the users who are the service itself; at least one.
    public var users: [String]
    /// Requests are sealed for this curve key.
    public var sealingKey: PublicKey?
    /// The accounts whose users the service is asked about; nil for all.
    public var allowedAccounts: [String]?

    public init(issuer: PublicKey, users: [String]) {
        self.issuer = issuer
        self.users = users
    }
}
