public import Authorization
public import NKeys

/// One entry of a `users` list.
public struct UserConfiguration: Sendable, Hashable {
    /// How the user signs in.
    public enum Credential: Sendable, Hashable {
        /// By name and password; without one, by name alone or by a certificate.
        case password(ConfigurationSecret?)
        /// By signing the nonce.
        case key(PublicKey)
    }

    /// The user's name, or the text of the public key.
    public var name: String
    public var credential: Credential
    /// Nil where the user has none of its own, and the default permissions of its block apply.
    public var permissions: PermissionsConfiguration?
    /// The ways to connect; nil for any.
    public var connectionTypes: Set<ConnectionType>?
    public var isProxyRequired = false

    public init(name: String, credential: Credential) {
        self.name = name
        self.credential = credential
    }
}
