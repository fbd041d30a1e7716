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

    /// A request about a connection, whose subject is the user key that the server made up.
    public init(subject: String) {
        common = CommonClaims(subject: subject)
    }
}

/// The server that asks.
public struct ServerIdentity: Sendable, Hashable {
    /// The server's name, unique in its system.
    public var name = ""
    /// The address it listens on.
    public var host = ""
    /// The server's public key.
    public var id = ""
    /// The server's version, such as `2.15.1`.
    public var version = ""
    /// The name of its cluster; empty outside of one.
    public var cluster = ""
    /// `server_tags` of its configuration.
    public var tags: [String] = []
    /// The curve public key that the answer may be sealed to.
    public var xkey = ""

    /// Nothing known yet.
    public init() {}
}

/// The connection as the server sees it.
public struct ClientInformation: Sendable, Hashable {
    /// The address that the client comes from.
    public var host = ""
    /// The number of the connection on its server.
    public var id: UInt64 = 0
    /// The user name or key that it gave.
    public var user = ""
    /// The name that the client gave itself.
    public var name = ""
    /// The tags of the user that it signed in as so far.
    public var tags: [String] = []
    /// `name_tag`: the name of that user.
    public var nameTag = ""
    /// "Client", "Leafnode", ...
    public var kind = ""
    /// "nats", "mqtt", "websocket"
    public var type = ""
    /// `mqtt_id`
    public var mqttID = ""
    /// The nonce that the server sent the client.
    public var nonce = ""

    /// Nothing known yet.
    public init() {}
}

/// What the client sent in CONNECT. It may hold usable credentials: never log it.
public struct ConnectOptions: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// The user JWT.
    public var jwt = ""
    /// The user's public key, of a user without a JWT.
    public var nkey = ""
    /// `sig`: the signature of the nonce.
    public var signature = ""
    /// `auth_token`
    public var authToken = ""
    /// The user name.
    public var user = ""
    /// `pass`
    public var password = ""
    /// The client's name for itself.
    public var name = ""
    /// `lang`
    public var language = ""
    /// The version of the client library.
    public var version = ""
    /// `protocol`: 0, or 1 for a client that takes updates of INFO.
    public var protocolVersion = 0

    /// Nothing sent.
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
    /// `1.2` or `1.3`.
    public var version = ""
    /// The name of the cipher suite.
    public var cipher = ""
    /// PEM texts that the client sent.
    public var certificates: [String] = []
    /// `verified_chains`: PEM texts, a list for each chain.
    public var verifiedChains: [[String]] = []

    /// A session without client certificates.
    public init() {}
}
