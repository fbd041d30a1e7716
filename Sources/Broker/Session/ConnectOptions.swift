import Authorization
import Claims
import Secrets
import Wire

/// What a client says in its CONNECT line.
struct ConnectOptions {
    // The defaults are the protocol's, for a client that leaves them out.
    var verbose = true
    var pedantic = true
    var echo = true
    var headers = false
    var noResponders = false
    var protocolVersion = 0
    var name = ""
    var language = ""
    var version = ""
    var credentials = PresentedCredentials()
    /// Whether a token came last, which is not kept.
    private var presentedToken = false
    private var secrets = PresentedSecrets()

    /// What a session has before its client says anything.
    init() {}

    /// Reads the JSON of a CONNECT line. Names match without regard to case, unknown ones are passed over, and a value of
    /// the wrong type makes the whole line unreadable; nil then. What a later CONNECT leaves out stays as `earlier` has it.
    init?(json: Span<UInt8>, after earlier: ConnectOptions = ConnectOptions()) {
        self = earlier
        guard let members = JSONValue(parsing: copied(json))?.members else { return nil }
        for (name, value) in members {
            if case .null = value { continue }
            guard read(name.lowercased(), value) else { return nil }
        }
    }

    private mutating func read(_ name: String, _ value: JSONValue) -> Bool {
        switch name {
        case "verbose": return set(&verbose, value.flag)
        case "pedantic": return set(&pedantic, value.flag)
        case "echo": return set(&echo, value.flag)
        case "headers": return set(&headers, value.flag)
        case "no_responders": return set(&noResponders, value.flag)
        case "protocol": return set(&protocolVersion, value.integer.flatMap { Int(exactly: $0) })
        case "name": return set(&self.name, value.text)
        case "lang": return set(&language, value.text)
        case "version": return set(&version, value.text)
        case "jwt": return set(&credentials.token, value.text)
        case "sig": return set(&credentials.signature, value.text)
        case "nkey": return set(&credentials.nkey, value.text)
        case "user": return set(&credentials.user, value.text)
        case "proxy_sig": return set(&credentials.proxySignature, value.text)
        case "pass": return read(secret: value, &secrets.password, &credentials.hasPassword)
        case "auth_token": return read(secret: value, &secrets.sharedToken, &credentials.hasSharedToken)
        case "account", "new_account":
            if value != .string(""), value != .bool(false) { credentials.designatesAccount = true }
        default: break
        }
        return true
    }

    private func read(secret value: JSONValue, _ target: inout Secret?, _ isThere: inout Bool) -> Bool {
        guard let text = value.text else { return false }
        var bytes = Array(text.utf8)
        isThere = !bytes.isEmpty
        target = bytes.isEmpty ? nil : Secret(erasing: &bytes)
        return true
    }

    /// Gives the password and the token away, for the one sign-in that they were sent for: a later one has to bring its
    /// own.
    mutating func takeSecrets() -> PresentedSecrets {
        presentedToken = credentials.hasSharedToken
        defer {
            secrets = PresentedSecrets()
            credentials.hasPassword = false
            credentials.hasSharedToken = false
        }
        return secrets
    }

    private func set<Value>(_ target: inout Value, _ value: Value?) -> Bool {
        guard let value else { return false }
        target = value
        return true
    }

    private func set<Value>(_ target: inout Value?, _ value: Value?) -> Bool {
        guard let value else { return false }
        target = value
        return true
    }

    /// Takes what CONNECT leaves out from a browser's cookies.
    mutating func fill(from cookies: WebSocketCookies) {
        if (credentials.token ?? "").isEmpty { credentials.token = cookies.jwt ?? credentials.token }
        if (credentials.user ?? "").isEmpty { credentials.user = cookies.user ?? credentials.user }
        if secrets.password == nil, let password = cookies.password, password.count > 0 {
            (secrets.password, credentials.hasPassword) = (password, true)
        }
        if secrets.sharedToken == nil, let token = cookies.token, token.count > 0 {
            (secrets.sharedToken, credentials.hasSharedToken) = (token, true)
        }
    }

    /// What the client called itself; nil for nothing, or by a JWT.
    var presentation: ConnectionReport.Presentation? {
        if let key = credentials.nkey, !key.isEmpty { return .key(key) }
        if let user = credentials.user, !user.isEmpty { return .user(user) }
        return presentedToken ? .token : nil
    }

    /// What makes the options unusable, in the words for the client.
    var fault: String? {
        guard (0...1).contains(protocolVersion) else { return ErrorLine.invalidClientProtocol }
        return noResponders && !headers ? ErrorLine.noRespondersRequiresHeaders : nil
    }
}
