extension BrokerConfigurationReader {
    mutating func readWebSocket(_ entry: Entry) {
        guard let map = section(entry, example: "{ port: 8080, no_tls: true }") else { return }
        var webSocket = WebSocketConfiguration(port: 0)
        var port: Int?
        var found: [String: Entry] = [:]
        readMembers(of: map, .webSocket) { reader, entry, key in
            found[key] = entry
            reader.positions["websocket.\(key)"] = entry.position
            reader.placeInFile("websocket.\(key)", entry.position)
            switch key {
            case "listen":
                guard let address = reader.listenAddress(entry) else { return }
                (webSocket.host, port) = address
            case "host": webSocket.host = reader.nonEmptyText(entry)
            case "port": port = reader.port(entry)
            case "tls": webSocket.tls = reader.readTLS(entry, .listener, path: "websocket.tls")
            case "compression": reader.refuseUnlessOff(entry, "permessage-deflate")
            case "authorization": reader.readWebSocketAuthorization(entry, into: &webSocket)
            default: reader.readWebSocketMember(entry, as: key, into: &webSocket)
            }
        }
        for key in ["host", "port"] {
            guard found["listen"] != nil, let other = found[key] else { continue }
            report(
                .duplicateKey, at: other.position, "\"listen\" gives the \(key) already", remedy: "remove one of them")
        }
        let hasNoTLS = found["no_tls"].flatMap { flag($0) } ?? false
        // Without a port nothing listens, and nothing else counts.
        guard let port else { return }
        webSocket.port = port
        if hasNoTLS {
            webSocket.tls = nil
        } else if found["tls"] == nil {
            report(
                .missingKey, at: entry.position, "WebSocket clients come over TLS, and there is no certificate",
                remedy: "write tls { cert_file: …, key_file: … }, or no_tls: true behind a proxy")
        }
        configuration.webSocket = webSocket
    }

    private mutating func readWebSocketMember(
        _ entry: Entry, as key: String, into webSocket: inout WebSocketConfiguration
    ) {
        switch key {
        case "advertise": webSocket.advertise = nonEmptyText(entry)
        case "same_origin": webSocket.requiresSameOrigin = flag(entry) ?? false
        case "allowed_origins": webSocket.allowedOrigins = origins(entry)
        case "handshake_timeout":
            webSocket.handshakeTimeout = duration(entry, warnsOfNumbers: false).flatMap { $0 == .zero ? nil : $0 }
        case "jwt_cookie": webSocket.jwtCookie = nonEmptyText(entry)
        case "user_cookie": webSocket.userCookie = nonEmptyText(entry)
        case "pass_cookie": webSocket.passwordCookie = nonEmptyText(entry)
        case "token_cookie": webSocket.tokenCookie = nonEmptyText(entry)
        case "no_auth_user": webSocket.noAuthUser = nonEmptyText(entry)
        case "headers": webSocket.headers = responseHeaders(entry)
        case "ping_interval":
            webSocket.pingInterval = duration(entry, warnsOfNumbers: true).flatMap { $0 == .zero ? nil : $0 }
        default: break
        }
    }

    private mutating func readWebSocketAuthorization(
        _ entry: Entry, into webSocket: inout WebSocketConfiguration
    ) {
        guard let map = section(entry, example: "{ token: … }") else { return }
        readMembers(of: map, .webSocketAuthorization) { reader, entry, key in
            switch key {
            case "user": webSocket.user = reader.nonEmptyText(entry)
            case "pass": webSocket.password = reader.secret(entry)
            case "token": webSocket.token = reader.secret(entry)
            default:
                webSocket.authorizationTimeout =
                    reader.duration(entry, warnsOfNumbers: false).flatMap { $0 == .zero ? nil : $0 }
            }
        }
    }

    private mutating func origins(_ entry: Entry) -> [String] {
        let texts = texts(entry, example: "[\"https://example.com\"]", acceptsOne: true) ?? []
        for (text, value) in texts where WebOrigin(text) == nil {
            wrong(value, "\"\(text)\" is no origin of a page", remedy: "write one such as https://example.com")
        }
        return texts.map(\.text)
    }

    /// Headers of the answer to an upgrade, without those that the upgrade itself is made of.
    private mutating func responseHeaders(_ entry: Entry) -> [String: String] {
        let headers = dictionary(entry, example: "{ X-Name: value }")
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            let lower = name.lowercased()
            let isReserved =
                ["host", "content-length", "connection", "upgrade", "nats-no-masking"].contains(lower)
                || lower.hasPrefix("sec-websocket-")
            let isWellFormed =
                !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
                && !value.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 })
            guard isReserved || !isWellFormed else { continue }
            wrong(
                entry.value, "\"\(name)\" cannot be a header here",
                remedy: isReserved ? "the upgrade sets it" : "a header is one line of text")
        }
        return headers
    }
}
