/// What a server asks an authentication callout: who is connecting, and with what.
///
/// Signed by the server, on `$SYS.REQ.USER.AUTH`; answered with ``AuthorizationResponseClaims``. Members of `nats` have
/// the names in the comments, and otherwise those of the properties.
public struct AuthorizationRequestClaims: ClaimSet {
    public var kind: ClaimKind { .authorizationRequest }
    public var any: AnyClaims { .authorizationRequest(self) }
    public var common: CommonClaims
    public var tags: [String] = []
    public internal(set) var formatVersion = 2
    /// The text of `nats.type` as it was read; only version 1 tokens can lack it.
    var typeText = ClaimKind.authorizationRequest.rawValue

    /// `server_id`
    public var server = ServerIdentity()
    /// `user_nkey`: the public key that the server made up for this connection; the answer must be about it.
    public var userKey = ""
    /// `client_info`
    public var client = ClientInformation()
    /// `connect_opts`
    public var connectOptions = ConnectOptions()
    /// `client_tls`
    public var tls: ClientTLS?
    /// `request_nonce`: the nonce that the client signed.
    public var requestNonce = ""

    public init(subject: String) {
        common = CommonClaims(subject: subject)
    }
}

/// The server that asks.
public struct ServerIdentity: Sendable, Hashable {
    public var name = ""
    public var host = ""
    /// The server's public key.
    public var id = ""
    public var version = ""
    public var cluster = ""
    public var tags: [String] = []
    /// The curve public key that the answer may be sealed to.
    public var xkey = ""

    public init() {}
}

/// The connection as the server sees it.
public struct ClientInformation: Sendable, Hashable {
    public var host = ""
    /// The number of the connection on its server.
    public var id: UInt64 = 0
    public var user = ""
    public var name = ""
    public var tags: [String] = []
    public var nameTag = ""
    /// "Client", "Leafnode", ...
    public var kind = ""
    /// "nats", "mqtt", "websocket"
    public var type = ""
    /// `mqtt_id`
    public var mqttID = ""
    /// The nonce that the server sent the client.
    public var nonce = ""

    public init() {}
}

/// What the client sent in CONNECT. It may hold usable credentials: never log it.
public struct ConnectOptions: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    public var jwt = ""
    public var nkey = ""
    /// `sig`: the signature of the nonce.
    public var signature = ""
    /// `auth_token`
    public var authToken = ""
    public var user = ""
    /// `pass`
    public var password = ""
    public var name = ""
    /// `lang`
    public var language = ""
    public var version = ""
    /// `protocol`
    public var protocolVersion = 0

    public init() {}

    /// Names what is present, and shows no credential.
    public var description: String {
        let present = [
            ("jwt", jwt), ("nkey", nkey), ("sig", signature), ("auth_token", authToken), ("user", user),
            ("pass", password),
        ].filter { !$0.1.isEmpty }.map(\.0)
        return "ConnectOptions(\(present.joined(separator: ", ")))"
    }

    /// Empty: `dump` shows no credential.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The client's TLS session.
public struct ClientTLS: Sendable, Hashable {
    public var version = ""
    public var cipher = ""
    /// PEM texts that the client sent.
    public var certificates: [String] = []
    /// `verified_chains`: PEM texts, a list for each chain.
    public var verifiedChains: [[String]] = []

    public init() {}
}
