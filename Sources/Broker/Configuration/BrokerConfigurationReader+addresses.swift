extension BrokerConfigurationReader {
    /// `host:port`, `[::1]:port`, `:port` or a port alone.
    mutating func readListen(_ entry: Entry) {
        switch entry.value.content {
        case .integer(let number, _):
            setPort(number, entry)
        case .string(let text):
            guard let (host, port) = Self.split(text) else {
                return wrong(
                    entry.value, "\"\(text)\" is no address with a port",
                    remedy: "write \(entry.key): 127.0.0.1:4222, or \"[::1]:4222\" in quotes")
            }
            guard let number = Int64(port) else {
                return wrong(entry.value, "\"\(port)\" is no port", remedy: "write a number up to 65535")
            }
            if !host.isEmpty { configuration.host = host }
            setPort(number, entry)
        case .float, .boolean, .array, .map:
            wrong(entry, "an address with a port", example: "127.0.0.1:4222")
        }
    }

    mutating func readPort(_ entry: Entry) {
        if let number = integer(entry, example: "4222") { setPort(number, entry) }
    }

    private mutating func setPort(_ number: Int64, _ entry: Entry) {
        switch number {
        case -1: configuration.port = 0
        case 0: break
        case 1...65535: configuration.port = Int(number)
        default:
            wrong(
                entry.value, "\(number) is no port",
                remedy: "write a number from 1 to 65535, or -1 to let the system choose")
        }
    }

    /// The parts of an address around its last colon; a host with colons must be in brackets.
    private static func split(_ text: String) -> (host: String, port: String)? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(where: { $0 == ":" || $0 == "[" || $0 == "]" }) {
            return nil
        }
        return (String(host), String(text[text.index(after: colon)...]))
    }

    mutating func readServerName(_ entry: Entry) {
        guard let name = nonEmptyText(entry) else { return }
        guard !name.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            return wrong(entry.value, "a server's name has no blanks", remedy: "write it with - or _")
        }
        configuration.serverName = name
    }
}
