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
    /// An account that the client chooses itself, which nobody may.
    private var designation = (account: "", isNew: false)

    /// What a session has before its client says anything.
    init() {}

    /// Reads the JSON of a CONNECT line. Names match without regard to case, unknown ones are passed over, the last of
    /// several counts, and a value of the wrong type makes the whole line unreadable; nil then. What a later CONNECT leaves
    /// out stays as `earlier` has it.
    init?(json: Span<UInt8>, after earlier: ConnectOptions = ConnectOptions()) {
        self = earlier
        do {
            try json.withUnsafeBytes { (bytes) throws(ClaimsError) in
                var reader = JSONReader(bytes)
                if try reader.beginObject() {
                    while let name = try reader.nextMember() { try read(name, from: &reader) }
                }
                try reader.expectEnd()
            }
        } catch {
            return nil
        }
    }

    private mutating func read(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "verbose": try reader.read(&verbose)
        case "pedantic": try reader.read(&pedantic)
        case "echo": try reader.read(&echo)
        case "headers": try reader.read(&headers)
        case "no_responders": try reader.read(&noResponders)
        case "protocol": try reader.read(&protocolVersion)
        case "name": try reader.read(&self.name)
        case "lang": try reader.read(&language)
        case "version": try reader.read(&version)
        case "jwt": try reader.read(optional: &credentials.token)
        case "sig": try reader.read(optional: &credentials.signature)
        case "nkey": try reader.read(optional: &credentials.nkey)
        case "user": try reader.read(optional: &credentials.user)
        case "proxy_sig": try reader.read(optional: &credentials.proxySignature)
        case "pass": try Self.read(secret: &secrets.password, &credentials.hasPassword, from: &reader)
        case "auth_token": try Self.read(secret: &secrets.sharedToken, &credentials.hasSharedToken, from: &reader)
        case "account": try reader.read(&designation.account)
        case "new_account": try reader.read(&designation.isNew)
        default: try PeerInformation.read(name, from: &reader)
        }
        credentials.designatesAccount = designation.isNew || !designation.account.isEmpty
    }

    private static func read(
        secret target: inout Secret?, _ isThere: inout Bool, from reader: inout JSONReader
    ) throws(ClaimsError) {
        var text: String?
        try reader.read(optional: &text)
        guard let text else { return }
        var bytes = Array(text.utf8)
        isThere = !bytes.isEmpty
        target = bytes.isEmpty ? nil : Secret(erasing: &bytes)
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
