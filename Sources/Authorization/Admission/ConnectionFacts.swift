/// What a server knows about a connection by itself, whatever the client says.
public struct ConnectionFacts: Sendable {
    public var type: ConnectionType
    /// The client's address, as bytes: four of IPv4, sixteen of IPv6; nil where there is none.
    public var address: NetworkAddress?
    /// What the client was asked to sign.
    public var nonce: [UInt8]

    public init(type: ConnectionType = .standard, address: NetworkAddress?, nonce: [UInt8]) {
        self.type = type
        self.address = address
        self.nonce = nonce
    }
}

/// The ways to connect that a user JWT can be limited to.
public enum ConnectionType: String, Sendable, Hashable, CaseIterable {
    case standard = "STANDARD"
    case webSocket = "WEBSOCKET"
    case leafNode = "LEAFNODE"
    case leafNodeWebSocket = "LEAFNODE_WS"
    case mqtt = "MQTT"
    case mqttWebSocket = "MQTT_WS"
    case inProcess = "IN_PROCESS"
}

/// What a client presents in its CONNECT line.
public struct PresentedCredentials: Sendable {
    /// The user JWT.
    public var token: String?
    /// The signature of the nonce, in base64url or base64.
    public var signature: String?
    /// Whether a user name, password or token came along.
    public var hasPassword: Bool
    /// Whether the client named an account.
    public var designatesAccount: Bool

    public init(token: String?, signature: String?, hasPassword: Bool = false, designatesAccount: Bool = false) {
        self.token = token
        self.signature = signature
        self.hasPassword = hasPassword
        self.designatesAccount = designatesAccount
    }
}

/// The moment of a sign-in. The core reads no clock, so both forms of it are handed in.
public struct Moment: Sendable {
    /// Unix seconds.
    public var seconds: Int64
    /// Seconds since local midnight in a time zone (IANA name; empty for the server's own); nil for an unknown zone.
    public var secondsOfDay: @Sendable (_ zone: String) -> Int?

    public init(seconds: Int64, secondsOfDay: @escaping @Sendable (_ zone: String) -> Int?) {
        self.seconds = seconds
        self.secondsOfDay = secondsOfDay
    }
}
