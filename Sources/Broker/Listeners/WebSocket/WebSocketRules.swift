import Authorization
import Secrets

/// What a listener for WebSockets asks of a request, and what it answers.
struct WebSocketRules: Sendable {
    /// A request that was found good.
    struct Arrival: Sendable {
        var cookies = WebSocketCookies()
        /// The client's address in the words of a proxy in front. Only the log shows it: anybody can write it.
        var forwardedFor: String?
        /// Whether client and server go without masks, which only a client can ask for that is no browser.
        var isMasked = true
    }

    enum Answer: Sendable {
        case upgrade(response: String, Arrival)
        case refusal(HTTPRefusal)
    }

    let handshakeTimeout: Duration
    private let isSecure: Bool
    private let requiresSameOrigin: Bool
    private let allowedOrigins: Set<WebOrigin>
    private let jwtCookie: String?
    private let userCookie: String?
    private let passwordCookie: String?
    private let tokenCookie: String?
    /// Lines of every answer that opens a WebSocket.
    private let headers: String

    /// How long an upgrade may take where nothing else is said.
    private static let usualTimeout = Duration.seconds(2)

    init(_ settings: WebSocketConfiguration) {
        handshakeTimeout = settings.handshakeTimeout ?? Self.usualTimeout
        isSecure = settings.tls != nil
        requiresSameOrigin = settings.requiresSameOrigin
        allowedOrigins = Set(settings.allowedOrigins.compactMap { WebOrigin($0) })
        jwtCookie = settings.jwtCookie
        userCookie = settings.userCookie
        passwordCookie = settings.passwordCookie
        tokenCookie = settings.tokenCookie
        headers = settings.headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }.joined()
    }

    func answer(_ request: WebSocketRequest) -> Answer {
        if let refusal = refusal(of: request) { return .refusal(refusal) }
        guard let key = request["sec-websocket-key"] else { return .refusal(.badRequest) }
        var arrival = Arrival()
        arrival.cookies = cookies(of: request)
        arrival.forwardedFor = request["x-forwarded-for"].flatMap(Self.firstAddress)
        arrival.isMasked = request["nats-no-masking"] != "true"
        let response =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: \(Self.accept(key))\r\n"
            + (arrival.isMasked ? "" : "Nats-No-Masking: true\r\n") + headers + "\r\n"
        return .upgrade(response: response, arrival)
    }

    // MARK: What is asked

    private func refusal(of request: WebSocketRequest) -> HTTPRefusal? {
        // The ways in of leaf nodes and of MQTT, which are not offered here.
        if request.path.hasSuffix("/leafnode") || request.path.hasSuffix("/mqtt") { return .notFound }
        guard request.method == "GET" else { return .methodNotAllowed }
        guard let host = request["host"], !host.isEmpty, request.has("websocket", in: "upgrade"),
            request.has("upgrade", in: "connection"), request["sec-websocket-key"].map(Self.isKey) ?? false,
            request.has("13", in: "sec-websocket-version")
        else { return .badRequest }
        return admitsOrigin(of: request, host: host) ? nil : .forbidden
    }

    /// Whether the page that a browser says it shows may connect. Who says nothing is no browser.
    private func admitsOrigin(of request: WebSocketRequest, host: String) -> Bool {
        guard requiresSameOrigin || !allowedOrigins.isEmpty else { return true }
        guard let text = request["origin"] ?? request["sec-websocket-origin"], !text.isEmpty else { return true }
        guard let origin = WebOrigin(text) else { return false }
        if requiresSameOrigin {
            let own = WebOrigin((isSecure ? "https://" : "http://") + host)
            guard let own, own.host == origin.host, own.port == origin.port else { return false }
        }
        return allowedOrigins.isEmpty || allowedOrigins.contains(origin)
    }

    private func cookies(of request: WebSocketRequest) -> WebSocketCookies {
        func value(_ name: String?) -> String? { name.flatMap { request.cookie($0) } }
        func secret(_ name: String?) -> Secret? {
            value(name).map { text in
                var bytes = Array(text.utf8)
                return Secret(erasing: &bytes)
            }
        }
        return WebSocketCookies(
            jwt: value(jwtCookie), user: value(userCookie), password: secret(passwordCookie),
            token: secret(tokenCookie))
    }

    /// Whether a text is 16 bytes in base64.
    private static func isKey(_ text: String) -> Bool {
        text.utf8.count == 24 && text.hasSuffix("==")
            && text.utf8.prefix(22).allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "/"): true
                default: false
                }
            }
    }

    // MARK: What is answered

    /// The proof that the server has understood the request: section 4.2.2 of RFC 6455.
    static func accept(_ key: String) -> String {
        base64(SHA1.hash(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = (0..<3).reduce(0) { $0 << 8 | ($1 < group.count ? Int(group[start + $1]) : 0) }
            for place in 0..<4 {
                result.append(place <= group.count ? alphabet[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The first of the addresses that proxies have listed; nil for what is no address.
    private static func firstAddress(_ list: String) -> String? {
        let first = list.prefix { $0 != "," }.filter { $0 != " " && $0 != "\t" }
        return NetworkAddress(first) == nil ? nil : first
    }
}

/// Credentials that a browser's cookies brought.
struct WebSocketCookies: Sendable {
    var jwt: String?
    var user: String?
    var password: Secret?
    var token: Secret?
}

/// An answer that opens no WebSocket.
struct HTTPRefusal: Hashable, Sendable {
    let status: Int
    let reason: String

    static let badRequest = HTTPRefusal(status: 400, reason: "Bad Request")
    static let forbidden = HTTPRefusal(status: 403, reason: "Forbidden")
    static let notFound = HTTPRefusal(status: 404, reason: "Not Found")
    static let methodNotAllowed = HTTPRefusal(status: 405, reason: "Method Not Allowed")
    static let tooLarge = HTTPRefusal(status: 431, reason: "Request Header Fields Too Large")

    /// For the log.
    var words: String {
        switch self {
        case .methodNotAllowed: "request method must be GET"
        case .forbidden: "origin not allowed"
        default: reason.lowercased()
        }
    }

    /// The whole answer. The connection is closed behind it.
    var response: String {
        "HTTP/1.1 \(status) \(reason)\r\nContent-Type: text/plain; charset=utf-8\r\nSec-Websocket-Version: 13\r\n"
            + "X-Content-Type-Options: nosniff\r\nConnection: close\r\nContent-Length: \(reason.utf8.count + 1)\r\n\r\n"
            + "\(reason)\n"
    }
}
