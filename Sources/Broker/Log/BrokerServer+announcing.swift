import Claims
import Glibc
import NIOCore

// What the log says of the server itself: nats-server's words in nats-server's order, which programs look for.

extension BrokerServer {
    /// Says what is about to start, before anything is opened.
    ///
    /// - Parameters:
    ///   - program: what the program is called.
    ///   - file: the configuration file as it was named, and what it had in it, as `sha256:…`; nil without one.
    public static func announce(
        _ program: String, as identity: ServerIdentity, _ settings: BrokerConfiguration,
        file: (path: String, digest: String)?, to environment: BrokerEnvironment
    ) {
        func say(_ text: String) { environment.log(.info, text) }
        say("Starting \(program)")
        say("  Version:  \(ServerIdentity.version)")
        say("  Git:      [not set]")
        say("  Name:     \(identity.name)")
        say("  ID:       \(identity.id)")
        if settings.hasPlainPasswords { environment.log(.warning, "Plaintext passwords detected, use nkeys or bcrypt") }
        if let file { say("Using configuration file: \(file.path) (\(file.digest))") }
        announceOperators(settings, to: environment)
        if settings.maximumPayload > 8 << 20 {
            environment.log(
                .warning,
                "Maximum payloads over 8.00 MB are generally discouraged and could lead to poor performance")
        }
    }

    private static func announceOperators(_ settings: BrokerConfiguration, to environment: BrokerEnvironment) {
        guard !settings.operators.isEmpty else { return }
        environment.log(.info, "Trusted Operators")
        // One that cannot be read ends the start later on, with the reason.
        for claims in settings.operators.compactMap({ try? OperatorClaims.decode($0) }) {
            let common = claims.common
            environment.log(.info, "  System  : \(JSONText.quoted(common.audience))")
            environment.log(.info, "  Operator: \(JSONText.quoted(common.name))")
            environment.log(.info, "  Issued  : \(day(common.issuedAt))")
            environment.log(.info, "  Expires : \(common.expires == 0 ? "Never" : day(common.expires))")
        }
        if settings.hasNoSystemAccount {
            environment.log(.warning, "Trusted Operators should utilize a System Account")
        }
    }

    /// `2026-01-02 03:04:05 +0000 UTC`
    private static func day(_ seconds: Int64) -> String {
        UTCTimestamp.text(seconds).replacing("T", with: " ").replacing("Z", with: " +0000 UTC")
    }

    /// Says where the server listens.
    func announce(_ settings: BrokerConfiguration, to environment: BrokerEnvironment) {
        func say(_ text: String) { environment.log(.info, text) }
        if let monitoring, let configured = settings.monitoring {
            let place = Self.place(configured.host ?? settings.host, monitoring.address.port)
            say("Starting \(monitoring.isSecure ? "https" : "http") monitor on \(place)")
        }
        if case .directory(let folder) = settings.resolver {
            let what = folder.kind == .full ? "all" : "some"
            let path = realpath(folder.directory, nil)
            defer { free(path) }
            let shown = path.map { String(cString: $0) } ?? folder.directory
            say("Managing \(what) jwt in exclusive directory \(shown)")
        }
        if let webSocket, let configured = settings.webSocket {
            let place = Self.place(configured.host ?? "0.0.0.0", webSocket.address.port)
            say("Listening for websocket clients on \(webSocket.isSecure ? "wss" : "ws")://\(place)")
            if !webSocket.isSecure {
                environment.log(.warning, "Websocket not configured with TLS. DO NOT USE IN PRODUCTION!")
            }
        }
        say("Listening for client connections on \(Self.place(settings.host, address.port))")
        if settings.usesProxyProtocol { say("PROXY protocol enabled for client connections") }
        guard let tls = settings.tls else { return }
        say("TLS \(settings.allowsPlainClients ? "available" : "required") for client connections")
        if tls.handshakeFirst == .always {
            environment.log(
                .warning, "Clients that are not using \"TLS Handshake First\" option will fail to connect")
        }
    }

    /// `localhost:4222`, or `[::1]:4222`: the host as it was configured, the port as it is.
    static func place(_ host: String, _ port: Int?) -> String {
        "\(host.contains(":") ? "[\(host)]" : host):\(port ?? 0)"
    }
}

extension BrokerConfiguration {
    /// Whether a password or the token stands in it as it is.
    var hasPlainPasswords: Bool {
        let users = (authorization?.users ?? []) + accounts.flatMap(\.users)
        let stated = users.compactMap { user -> ConfigurationSecret? in
            if case .password(let password) = user.credential { password } else { nil }
        }
        return (stated + [authorization?.password, authorization?.token].compactMap(\.self)).contains { !$0.isHashed }
    }
}
