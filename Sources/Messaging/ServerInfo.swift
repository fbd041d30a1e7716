import FoundationEssentials

/// What a server says about itself, in `INFO`.
public struct ServerInfo: Sendable, Hashable {
    /// The server's public key.
    public var serverID = ""
    public var serverName = ""
    /// Such as `2.15.1`.
    public var version = ""
    /// The cluster's name; empty outside a cluster.
    public var cluster = ""
    /// Whether messages may have headers.
    public var headers = false
    public var authRequired = false
    public var tlsRequired = false
    /// Whether TLS is possible.
    public var tlsAvailable = false
    /// The most bytes of a message, headers included; nil when the server has no limit.
    public var maximumPayload: Int?
    /// What a signature is made over; empty when the server takes none.
    public var nonce = ""
    /// The server's number for this connection.
    public var clientID: UInt64 = 0
    /// The address that the server sees this client under.
    public var clientIP = ""
    /// Whether the server is about to shut down and wants clients to leave.
    public var isLameDuck = false
    /// The account the connection is in, once signed in; empty from servers that do not tell.
    public var account = ""

    public init() {}

    /// Reads the JSON of an `INFO` line. Members that are missing keep their defaults.
    init?(json: [UInt8]) {
        guard let members = try? JSONDecoder().decode(Members.self, from: Data(json)) else { return nil }
        serverID = members.server_id ?? ""
        serverName = members.server_name ?? ""
        version = members.version ?? ""
        cluster = members.cluster ?? ""
        headers = members.headers ?? false
        authRequired = members.auth_required ?? false
        tlsRequired = members.tls_required ?? false
        tlsAvailable = members.tls_available ?? false
        maximumPayload = members.max_payload.flatMap { $0 >= 0 ? Int(exactly: $0) : nil }
        nonce = members.nonce ?? ""
        clientID = members.client_id ?? 0
        clientIP = members.client_ip ?? ""
        isLameDuck = members.ldm ?? false
        account = members.remote_account ?? ""
    }

    /// The members as the protocol names them.
    private struct Members: Decodable {
        var server_id: String?
        var server_name: String?
        var version: String?
        var cluster: String?
        var headers: Bool?
        var auth_required: Bool?
        var tls_required: Bool?
        var tls_available: Bool?
        var max_payload: Int64?
        var nonce: String?
        var client_id: UInt64?
        var client_ip: String?
        var ldm: Bool?
        var remote_account: String?
    }
}
