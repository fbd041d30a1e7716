/// The `websocket` block.
public struct WebSocketConfiguration: Sendable, Hashable {
    /// Nil for every address.
    public var host: String?
    /// 1 to 65535; 0 lets the system choose.
    public var port: Int
    /// What other servers tell clients.
    public var advertise: String?
    /// Nil with `no_tls`.
    public var tls: TLSConfiguration?
    /// Whether a browser's page must come from here.
    public var requiresSameOrigin = false
    /// `http` or `https` URLs of the pages that may connect; empty for any.
    public var allowedOrigins: [String] = []
    /// How long the upgrade may take; nil for the default.
    public var handshakeTimeout: Duration?
    /// The names of cookies that a client's credentials are taken from.
    public var jwtCookie: String?
    public var userCookie: String?
    public var passwordCookie: String?
    public var tokenCookie: String?
    /// Goes before ``BrokerConfiguration/noAuthUser``.
    public var noAuthUser: String?
    /// Of its own `authorization`; goes before ``AuthorizationConfiguration``.
    public var user: String?
    public var password: ConfigurationSecret?
    public var token: ConfigurationSecret?
    /// How long a client may take to sign in; nil for that of the other listener.
    public var authorizationTimeout: Duration?
    /// Headers of the answer to an upgrade.
    public var headers: [String: String] = [:]
    /// Nil for that of the other listener.
    public var pingInterval: Duration?

    public init(port: Int) {
        self.port = port
    }
}
