/// The `CONNECT` line: who a client is and what it understands. Only what is set is written; nothing else of a
/// client's settings ever is.
public struct ConnectLine: Sendable, Hashable {
    /// Whether the server answers `+OK` to everything.
    public var verbose = false
    /// Whether the server checks subjects strictly.
    public var pedantic = false
    /// Whether the client gets its own messages.
    public var echo = true
    public var headers = true
    /// Whether a request that nobody can answer is answered with a status 503 (needs ``headers``).
    public var noResponders = true
    /// A name for people, shown in the server's monitoring.
    public var name: String?
    /// What the client is written in.
    public var language = "swift"
    public var version = ""
    /// A user's JWT.
    public var jwt: String?
    /// A user's public key, for signing in without a JWT.
    public var nkey: String?
    /// The signature over the server's nonce, in base64url without padding.
    public var signature: String?

    public init() {}

    /// The line with its end.
    public var bytes: [UInt8] {
        var members: [(String, String)] = [
            ("verbose", String(verbose)), ("pedantic", String(pedantic)), ("echo", String(echo)),
            // This client takes part in no TLS: it refuses a server that requires it.
            ("tls_required", "false"), ("headers", String(headers)), ("no_responders", String(noResponders)),
            ("protocol", "1"), ("lang", Self.quoted(language)), ("version", Self.quoted(version)),
        ]
        for (key, value) in [("name", name), ("jwt", jwt), ("nkey", nkey), ("sig", signature)] {
            if let value { members.append((key, Self.quoted(value))) }
        }
        let object = members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",")
        return Array("CONNECT {\(object)}\r\n".utf8)
    }

    /// A JSON string. Control characters are escaped, so that no value can end the line.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F || scalar == "\u{2028}" || scalar == "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
