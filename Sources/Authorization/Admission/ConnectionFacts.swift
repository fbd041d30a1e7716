/// What a server knows about a connection by itself, whatever the client says.
public struct ConnectionFacts: Sendable {
    public var type: ConnectionType
    /// The client's address, as bytes: four of IPv4, sixteen of IPv6; nil where there is none.
    public var address: NetworkAddress?
    /// What the client was asked to sign.
    public var nonce: [UInt8]
    /// Whom the client's certificate names, once TLS has verified it; nil without one. Of a chain only the first counts.
    public var certificate: CertificateIdentity?
    /// Whether the listener takes users from certificates (`verify_and_map`).
    public var mapsCertificates: Bool
    /// The listener's own user for clients that present nothing; nil for the server's.
    public var noAuthUser: String?

    public init(
        type: ConnectionType = .standard, address: NetworkAddress?, nonce: [UInt8],
        certificate: CertificateIdentity? = nil, mapsCertificates: Bool = false, noAuthUser: String? = nil
    ) {
        self.type = type
        self.address = address
        self.nonce = nonce
        self.certificate = certificate
        self.mapsCertificates = mapsCertificates
        self.noAuthUser = noAuthUser
    }
}

/// The ways to connect that a user can be limited to.
public enum ConnectionType: String, Sendable, Hashable, CaseIterable {
    case standard = "STANDARD"
    case webSocket = "WEBSOCKET"
    case leafNode = "LEAFNODE"
    case leafNodeWebSocket = "LEAFNODE_WS"
    case mqtt = "MQTT"
    case mqttWebSocket = "MQTT_WS"
    case inProcess = "IN_PROCESS"

    var isLeaf: Bool { self == .leafNode || self == .leafNodeWebSocket }
}

/// What a client presents in its CONNECT line. Passwords and shared tokens stay with whoever read them: the machine
/// only knows that they are there, and asks for them to be compared.
public struct PresentedCredentials: Sendable {
    /// The user JWT.
    public var token: String?
    /// The signature of the nonce, in base64url or base64.
    public var signature: String?
    /// The user's public key, where the configuration knows users by their keys.
    public var nkey: String?
    /// The user's name.
    public var user: String?
    /// Whether a password came along.
    public var hasPassword: Bool
    /// Whether a shared token came along.
    public var hasSharedToken: Bool
    /// A proxy's signature of the nonce.
    public var proxySignature: String?
    /// Whether the client named an account.
    public var designatesAccount: Bool

    public init(
        token: String? = nil, signature: String? = nil, nkey: String? = nil, user: String? = nil,
        hasPassword: Bool = false, hasSharedToken: Bool = false, proxySignature: String? = nil,
        designatesAccount: Bool = false
    ) {
        self.token = token
        self.signature = signature
        self.nkey = nkey
        self.user = user
        self.hasPassword = hasPassword
        self.hasSharedToken = hasSharedToken
        self.proxySignature = proxySignature
        self.designatesAccount = designatesAccount
    }

    /// Whether there is nothing at all that could let somebody in.
    var isEmpty: Bool {
        [token, signature, nkey, user].allSatisfy { ($0 ?? "").isEmpty } && !hasPassword && !hasSharedToken
    }

    /// Whether nothing is there that a server without operators looks at: JWTs and signatures alone say nothing to it.
    var namesNobody: Bool { claimedName == nil && !hasPassword && !hasSharedToken }

    /// What the client calls itself, before anything is proved.
    var claimedName: String? {
        [nkey, user].compactMap(\.self).first { !$0.isEmpty }
    }
}
