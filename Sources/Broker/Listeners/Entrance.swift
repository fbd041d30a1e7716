import Authorization

/// What the listener's handlers have found out about a connection before its session begins.
struct Entrance: Sendable {
    /// The client's address where somebody else is connected in its place: what a believed PROXY header said.
    struct Source: Sendable, Hashable {
        /// Nil where the header says that there is none to be told.
        let address: NetworkAddress?
        /// The address as the log shows it.
        let text: String?
    }

    /// Nil where the client is the one who is connected.
    var source: Source?
    /// Whom the client's certificate names; nil without one.
    var certificate: CertificateIdentity?
    /// What TLS came to; nil without.
    var security: ClientSecurity?
    /// What the request said with which the client opened a WebSocket.
    var webSocket: WebSocketRules.Arrival?
    /// Whether the client has to secure the connection before it says anything.
    var isSecuring = false
}

/// What the handlers in front of a session's tell it, as user events of the channel.
enum EntranceStep: Sendable {
    /// A PROXY header was read. Comes before the session begins.
    case source(Entrance.Source)
    /// A WebSocket is open. Comes before the session begins.
    case upgraded(WebSocketRules.Arrival)
    /// The session begins before the connection is secured. Comes before it begins.
    case securing
    /// The client may speak: TLS is in place, with the client's certificate if it has one, or it goes without.
    case opened(certificate: CertificateIdentity?, ClientSecurity?)
    /// The handshake has failed, for a reason in the log's words. Comes only after the session began.
    case failed(String, BrokerEnvironment.LogLevel)
}
