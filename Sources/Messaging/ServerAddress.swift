/// Where a NATS server listens.
public struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    /// The port that NATS servers listen on unless told otherwise.
    public static let defaultPort = 4222

    /// A name or an address, without brackets.
    public var host: String
    /// 1 to 65535.
    public var port: Int
    /// Whether the connection must be made secret. Otherwise the server decides.
    public var requiresTLS: Bool

    public init(host: String, port: Int = ServerAddress.defaultPort, requiresTLS: Bool = false) {
        self.host = host
        self.port = port
        self.requiresTLS = requiresTLS
    }

    /// Reads `host`, `host:port`, `[::1]:4222`, or one of them behind `nats://` or `tls://`.
    ///
    /// - Throws: ``ClientError`` of code `invalid-address`. It never repeats what stands before an `@`.
    public init(_ text: String) throws(ClientError) {
        var rest = Substring(text)
        requiresTLS = false
        if let scheme = rest.firstRange(of: "://") {
            let name = rest[..<scheme.lowerBound].lowercased()
            guard name == "nats" || name == "tls" else {
                throw .invalidAddress("only nats:// and tls:// addresses are supported")
            }
            requiresTLS = name == "tls"
            rest = rest[scheme.upperBound...]
        }
        if rest.hasSuffix("/") { rest.removeLast() }
        guard !rest.utf8.contains(UInt8(ascii: "@")) else {
            throw .invalidAddress("an address carries no user and password")
        }
        (host, port) = try Self.split(rest)
        guard Self.isHost(host) else { throw .invalidAddress("\"\(host)\" is no host") }
    }

    private static func split(_ text: Substring) throws(ClientError) -> (String, Int) {
        var host = text
        var port: Substring?
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw .invalidAddress("the bracket is not closed") }
            host = text[text.index(after: text.startIndex)..<end]
            let tail = text[text.index(after: end)...]
            guard tail.isEmpty || tail.first == ":" else { throw .invalidAddress("\"\(tail)\" is no port") }
            port = tail.isEmpty ? nil : tail.dropFirst()
        } else if let colon = text.lastIndex(of: ":") {
            // Two colons without brackets are an IPv6 address without a port.
            if text.firstIndex(of: ":") == colon {
                host = text[..<colon]
                port = text[text.index(after: colon)...]
            }
        }
        guard let port else { return (String(host), defaultPort) }
        guard let number = Int(port), (1...65535).contains(number) else {
            throw .invalidAddress("\"\(port)\" is no port from 1 to 65535")
        }
        return (String(host), number)
    }

    /// Whether a text may stand for a name or an address; whether it is one, the resolver finds out.
    private static func isHost(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count)
            && !text.utf8.contains { $0 <= 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "/") }
    }

    /// `nats://host:port`
    public var description: String {
        let scheme = requiresTLS ? "tls" : "nats"
        return host.utf8.contains(UInt8(ascii: ":")) ? "\(scheme)://[\(host)]:\(port)" : "\(scheme)://\(host):\(port)"
    }
}

extension ClientError {
    static func invalidAddress(_ reason: String) -> ClientError {
        ClientError(.invalidAddress, reason, remedy: "write nats://host:port, such as nats://127.0.0.1:4222")
    }
}
