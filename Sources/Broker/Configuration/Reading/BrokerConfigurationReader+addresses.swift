extension BrokerConfigurationReader {
    mutating func readAddress(_ entry: Entry, as key: String) {
        switch key {
        case "listen":
            guard let address = listenAddress(entry) else { return }
            if let host = address.host { configuration.host = host }
            if let port = address.port { configuration.port = port }
        case "host": configuration.host = nonEmptyText(entry) ?? configuration.host
        case "port": configuration.port = port(entry) ?? configuration.port
        case "client_advertise": configuration.clientAdvertise = nonEmptyText(entry)
        case "server_name": readServerName(entry)
        case "server_tags":
            let tags = texts(entry, example: "[\"az:1\"]", acceptsOne: true) ?? []
            configuration.serverTags = tags.map { Self.trimmed($0.text) }
        default: configuration.serverMetadata = dictionary(entry, example: "{ zone: a }")
        }
    }

    /// `host:port`, `[::1]:port`, `:port` or a port alone.
    /// - Returns: what was said; nil for a host or a port that stays as it is, and if nothing can be read.
    mutating func listenAddress(_ entry: Entry) -> (host: String?, port: Int?)? {
        switch entry.value.content {
        case .integer(let number, _):
            return (nil, port(number, entry))
        case .string(let text):
            guard let (host, port) = Self.split(text) else {
                wrong(
                    entry.value, "\"\(text)\" is no address with a port",
                    remedy: "write \(entry.key): 127.0.0.1:4222, or \"[::1]:4222\" in quotes")
                return nil
            }
            guard let number = Int64(port) else {
                wrong(entry.value, "\"\(port)\" is no port", remedy: "write a number up to 65535")
                return nil
            }
            return (host.isEmpty ? nil : host, self.port(number, entry))
        case .float, .boolean, .date, .array, .map:
            wrong(entry, "an address with a port", example: "127.0.0.1:4222")
            return nil
        }
    }

    /// 1 to 65535, or 0 for any; nil for the default.
    mutating func port(_ entry: Entry) -> Int? {
        integer(entry, example: "4222").flatMap { port($0, entry) }
    }

    private mutating func port(_ number: Int64, _ entry: Entry) -> Int? {
        switch number {
        case -1: return 0
        case 0: return nil
        case 1...65535: return Int(number)
        default:
            wrong(
                entry.value, "\(number) is no port",
                remedy: "write a number from 1 to 65535, or -1 to let the system choose")
            return nil
        }
    }

    /// The parts of an address around its last colon; a host with colons must be in brackets.
    static func split(_ text: String) -> (host: String, port: String)? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(where: { $0 == ":" || $0 == "[" || $0 == "]" }) {
            return nil
        }
        return (String(host), String(text[text.index(after: colon)...]))
    }

    static func trimmed(_ text: String) -> String {
        var text = text[...].drop { $0.isWhitespace }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }

    private mutating func readServerName(_ entry: Entry) {
        guard let name = nonEmptyText(entry) else { return }
        guard !name.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            return wrong(entry.value, "a server's name has no blanks", remedy: "write it with - or _")
        }
        configuration.serverName = name
    }

    // MARK: Monitoring

    mutating func readMonitoring(_ entry: Entry, as key: String) {
        if key == "http_base_path" {
            monitoringPath(entry)
            return
        }
        let isSecure = key.hasPrefix("https")
        let address = key.hasSuffix("_port") ? (nil, port(entry)) : listenAddress(entry) ?? (nil, nil)
        for other in ["http", "https", "http_port", "https_port"] where other != key {
            guard let position = positions[other] else { continue }
            report(
                .conflict, at: entry.position, "\"\(entry.key)\": monitoring is asked for at \(position) already",
                remedy: "keep one of http, https, http_port and https_port")
        }
        placeInFile("http", entry.position)
        guard let port = address.1 else { return }
        configuration.monitoring = MonitoringConfiguration(host: address.0, port: port, isSecure: isSecure)
    }

    /// The path with a slash in front and none at its end, as nats-server makes it.
    private mutating func monitoringPath(_ entry: Entry) {
        guard let path = text(entry) else { return }
        let parts = path.split(separator: "/")
        guard !parts.contains("..") else {
            return wrong(entry.value, "a path with .. leads elsewhere", remedy: "write it without ..")
        }
        monitoringBasePath = "/" + parts.filter { $0 != "." }.joined(separator: "/")
    }
}
