import Authorization
import NIOCore
import NKeys

/// A place where clients come in, and what is asked of them and told to them there. Immutable; its certificates and
/// keys are read.
struct Listener: Sendable {
    let type: ConnectionType
    let host: String
    let port: Int
    let tls: ServerTLS?
    /// Whether clients may do without TLS where it is offered.
    let allowsPlain: Bool
    /// The listener's own user for clients that present nothing; nil for the server's.
    let noAuthUser: String?
    /// How long a client may take to sign in, nanoseconds; nil for the server's.
    let signIn: Int64?
    /// Nanoseconds; nil for the server's.
    let pingInterval: Int64?
    /// What is asked of those who open a WebSocket; nil where clients speak the protocol as it is.
    var webSocket: WebSocketRules?
    /// Who has to begin with a PROXY header and is believed (rule S12); nobody else is.
    var proxies: [NetworkRange] = []

    /// The listener for clients of the plain protocol.
    static func clients(_ settings: BrokerConfiguration) throws(BrokerStartError) -> Listener {
        var tls: ServerTLS?
        if let block = settings.tls { tls = try ServerTLS(block, at: settings.placeText("tls")) }
        return Listener(
            type: .standard, host: settings.host, port: settings.port, tls: tls,
            allowsPlain: settings.allowsPlainClients, noAuthUser: nil,
            signIn: nil, pingInterval: nil,
            proxies: settings.usesProxyProtocol ? settings.proxyProtocolSources.compactMap { NetworkRange($0) } : [])
    }

    /// The listener for WebSockets; nil where none is asked for.
    static func webSockets(_ settings: BrokerConfiguration) throws(BrokerStartError) -> Listener? {
        guard let block = settings.webSocket else { return nil }
        var tls: ServerTLS?
        if let secured = block.tls {
            tls = try ServerTLS(secured, at: settings.placeText("websocket"), isFirst: true)
        }
        return Listener(
            type: .webSocket, host: block.host ?? "0.0.0.0", port: block.port, tls: tls, allowsPlain: false,
            noAuthUser: block.noAuthUser,
            signIn: block.authorizationTimeout?.nanoseconds, pingInterval: block.pingInterval?.nanoseconds,
            webSocket: WebSocketRules(block))
    }

    /// Puts everything between the socket and the session in place.
    func addHandlers(to channel: any Channel, shard: Shard) throws {
        let pipeline = channel.pipeline.syncOperations
        if let peer = channel.remoteAddress?.networkAddress, proxies.contains(where: { $0.contains(peer) }) {
            try pipeline.addHandler(ProxyHeaderHandler(environment: shard.context.environment))
        }
        if let tls {
            try pipeline.addHandler(
                TLSEntranceHandler(
                    tls: tls, allowsPlain: allowsPlain, isForWebSockets: webSocket != nil,
                    environment: shard.context.environment))
        }
        if let webSocket {
            try pipeline.addHandler(WebSocketHandler(rules: webSocket, environment: shard.context.environment))
        }
        try pipeline.addHandler(ClientHandler(shard: shard, listener: self))
    }

    /// What INFO lines say about TLS here.
    func describe(in json: inout JSONText) {
        guard let tls else { return }
        if !allowsPlain { json.add("tls_required", true) }
        if type == .standard, tls.verifiesClients { json.add("tls_verify", true) }
        if allowsPlain || type == .webSocket { json.add("tls_available", true) }
    }

    /// Every listener that a configuration asks for.
    static func all(_ settings: BrokerConfiguration) throws(BrokerStartError) -> [Listener] {
        var listeners = [try clients(settings)]
        if let webSockets = try webSockets(settings) { listeners.append(webSockets) }
        return listeners
    }
}

/// A listener that listens.
struct OpenListener: Sendable {
    let channel: any Channel
    let terms: ListenerTerms<Listener>
}

extension BrokerConfiguration {
    /// Where a key stands, and the key, as a problem with it begins.
    func placeText(_ key: String) -> String {
        places[key].map { "\($0.position): \(key)" } ?? key
    }
}

extension BrokerConfiguration {
    /// The keys of the proxies whose word counts; the reader has looked at them.
    var proxyKeys: Set<PublicKey> { Set(trustedProxies.compactMap { try? PublicKey($0) }) }
}
