import Authorization

/// `varz`
struct ServerPage: PageBody {
    let identity: ServerIdentity
    let rules: BrokerRules
    let statistics: ServerStatistics
    /// Unix nanoseconds.
    let now: Int64
    let loadedAt: Int64
    /// Where the server listens: for clients, and for what reads pages.
    let ports: ListeningPorts
    let requests: [(path: String, count: UInt64)]

    private var settings: BrokerConfiguration { rules.settings }

    func write(to writer: inout PageWriter) {
        writer.object { writer in
            writeIdentity(to: &writer)
            writeSettings(to: &writer)
            writeUse(to: &writer)
            writeTrust(to: &writer)
            writeTotals(to: &writer)
        }
    }

    private func writeIdentity(to writer: inout PageWriter) {
        writer.add("server_id", identity.id)
        writer.add("server_name", identity.name)
        writer.add("version", ServerIdentity.version)
        writer.add("proto", 1)
        writer.add("host", settings.host)
        writer.add("port", ports.clients ?? settings.port)
        if rules.trust.isOperatorMode || rules.trust.local.requiresAuthentication { writer.add("auth_required", true) }
        if let tls = settings.tls {
            if !settings.allowsPlainClients { writer.add("tls_required", true) }
            if tls.verifiesClients { writer.add("tls_verify", true) }
        }
    }

    private func writeSettings(to writer: inout PageWriter) {
        writer.add("max_connections", settings.maximumConnections)
        if let maximum = settings.maximumSubscriptions { writer.add("max_subscriptions", maximum) }
        writer.add("ping_interval", settings.pingInterval.nanoseconds)
        writer.add("ping_max", settings.maximumPingsOut)
        let monitoring = settings.monitoring
        let port = ports.monitoring ?? monitoring?.port ?? 0
        writer.add("http_host", monitoring.map { $0.host ?? settings.host } ?? "")
        writer.add("http_port", monitoring?.isSecure == false ? port : 0)
        writer.add("http_base_path", monitoring.map { $0.basePath == "/" ? "" : $0.basePath } ?? "")
        writer.add("https_port", monitoring?.isSecure == true ? port : 0)
        writer.add("auth_timeout", Self.seconds(settings.authorizationTimeout))
        writer.add("max_control_line", settings.maximumControlLine)
        writer.add("max_payload", settings.maximumPayload)
        writer.add("max_pending", settings.maximumPending)
        for name in ["cluster", "gateway", "leaf", "mqtt"] { writer.object(name) { _ in } }
        writer.object("websocket") { writer in
            guard let webSocket = settings.webSocket else { return }
            write(webSocket, to: &writer)
        }
        writer.object("jetstream") { _ in }
        writer.add("tls_timeout", Self.seconds(settings.tls?.timeout ?? .seconds(2)))
        writer.add("write_deadline", settings.writeDeadline.nanoseconds)
    }

    private func write(_ webSocket: WebSocketConfiguration, to writer: inout PageWriter) {
        writer.add("host", webSocket.host ?? "0.0.0.0")
        writer.add("port", ports.webSockets ?? webSocket.port)
        if let advertise = webSocket.advertise { writer.add("advertise", advertise) }
        if let user = webSocket.noAuthUser { writer.add("no_auth_user", user) }
        if let cookie = webSocket.jwtCookie { writer.add("jwt_cookie", cookie) }
        if let timeout = webSocket.handshakeTimeout { writer.add("handshake_timeout", timeout.nanoseconds) }
        if let timeout = webSocket.authorizationTimeout { writer.add("auth_timeout", Self.seconds(timeout)) }
        if webSocket.tls == nil { writer.add("no_tls", true) }
        if webSocket.tls?.mapsCertificates ?? false { writer.add("tls_map", true) }
        if webSocket.requiresSameOrigin { writer.add("same_origin", true) }
        if !webSocket.allowedOrigins.isEmpty { writer.add("allowed_origins", webSocket.allowedOrigins) }
        if let end = ports.webSocketCertificateEnd { writer.add("tls_cert_not_after", UTCTimestamp.text(end)) }
    }

    private static func seconds(_ duration: Duration) -> Double { Double(duration.nanoseconds) / 1e9 }

    private func writeUse(to writer: inout PageWriter) {
        writer.add("start", UTCTimestamp.text(nanoseconds: statistics.startedAt))
        writer.add("now", UTCTimestamp.text(nanoseconds: now))
        writer.add("uptime", ElapsedTime.uptime(now &- statistics.startedAt))
        writer.add("mem", statistics.process.memory)
        writer.add("cores", statistics.cores)
        writer.add("cpu", statistics.process.processor)
        writer.add("connections", statistics.connections)
        writer.add("total_connections", statistics.totalConnections)
        for name in ["routes", "remotes", "leafnodes"] { writer.add(name, 0) }
        for (direction, volume) in [("in", statistics.traffic.received), ("out", statistics.traffic.sent)] {
            for kind in ["", "client_"] {
                writer.add("\(direction)_\(kind)msgs", volume.messages)
                writer.add("\(direction)_\(kind)bytes", volume.bytes)
            }
        }
        writer.add("slow_consumers", statistics.tally.slowConsumers)
        writer.add("stale_connections", statistics.tally.staleConnections)
        writer.add("stalled_clients", statistics.tally.stalls)
        writer.add("subscriptions", statistics.subscriptions)
        writer.object("http_req_stats") { writer in
            for (path, count) in requests { writer.add(path, count) }
        }
        writer.add("config_load_time", UTCTimestamp.text(nanoseconds: loadedAt))
    }

    private func writeTrust(to writer: inout PageWriter) {
        if !settings.serverTags.isEmpty { writer.add("tags", settings.serverTags) }
        if !settings.serverMetadata.isEmpty {
            writer.object("metadata") { writer in
                for (name, value) in settings.serverMetadata.sorted(by: { $0.key < $1.key }) { writer.add(name, value) }
            }
        }
        if !settings.operators.isEmpty {
            writer.add("trusted_operators_jwt", settings.operators)
            writer.list("trusted_operators_claim", settings.operators.compactMap(TokenContent.read)) { $0.put($1) }
        }
        if let account = rules.trust.systemAccount { writer.add("system_account", account.text) }
    }

    private func writeTotals(to writer: inout PageWriter) {
        for (name, count) in [
            ("slow_consumer_stats", statistics.tally.slowConsumers),
            ("stale_connection_stats", statistics.tally.staleConnections),
        ] {
            writer.object(name) { writer in
                writer.add("clients", count)
                for kind in ["routes", "gateways", "leafs"] { writer.add(kind, 0) }
            }
        }
        if let end = ports.certificateEnd { writer.add("tls_cert_not_after", UTCTimestamp.text(end)) }
        if !settings.trustedProxies.isEmpty {
            writer.object("proxies") { writer in
                writer.list("trusted", settings.trustedProxies) { writer, key in
                    writer.object { $0.add("key", key) }
                }
            }
        }
    }
}

/// The ports that the server really listens on, and until when its certificates there are valid, Unix seconds; nil for
/// those that there are none of.
struct ListeningPorts: Sendable, Hashable {
    var clients: Int?
    var webSockets: Int?
    var monitoring: Int?
    var certificateEnd: Int64?
    var webSocketCertificateEnd: Int64?
}
