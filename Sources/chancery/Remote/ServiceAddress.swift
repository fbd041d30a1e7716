import Administration
import Secrets

/// What a command line says of the service that commands act on in the place of a directory on this machine.
struct ServiceOptions {
    /// Where it is.
    var server: String?
    /// The file with the token for it.
    var tokenFile: String?
    /// The token itself.
    var accessToken: String?
    /// The file of the authorities to believe.
    var ca: String?
}

/// Where a service is, and with what it is asked.
struct ServiceAddress {
    /// As it was named: `https://…`, `http://…` or `unix:…`.
    let url: String
    /// Nil where a socket asks for none.
    let token: Secret?
    /// The file of the authorities that vouch for it; nil for the system's.
    let authorityFile: String?
    /// What commands mean that name no operator and no account.
    var selected = Place()
    /// The saved context that it comes from.
    var context: String?

    /// - Parameter saved: the context that names it; nil where the command line does.
    init(_ options: ServiceOptions, url: String, saved: (name: String, context: SavedContexts.Context)?) throws {
        self.url = try Self.checked(url)
        authorityFile = options.ca ?? saved?.context.ca_file
        token = try Self.token(options, saved?.context.token_file)
        guard token != nil || url.hasPrefix("unix:") else {
            throw AdministrationError(
                .noSelection, "there is no token for the service at \(url)",
                remedy: "give it with --token-file, or in CHANCERY_TOKEN")
        }
        context = saved?.name
        selected.operator = saved?.context.operator.map { EntityReference($0) }
        selected.account = saved?.context.account.map { EntityReference($0) }
    }

    private static func token(_ options: ServiceOptions, _ saved: String?) throws -> Secret? {
        if let text = options.accessToken { return Secret(copying: Array(text.utf8)) }
        if let file = options.tokenFile { return try read(file) }
        if let text = Environment.value("CHANCERY_TOKEN") { return Secret(copying: Array(text.utf8)) }
        return try saved.map(read)
    }

    private static func read(_ file: String) throws -> Secret {
        let content = try PrivateFile.readHandedOver(file, atMost: 4_096)
        return content.withBytes { bytes in
            let blanks: Set<UInt8> = [0x0A, 0x0D, 0x20, 0x09]
            let text = bytes.drop { blanks.contains($0) }.prefix { !blanks.contains($0) }
            return Secret(copying: Array(text))
        }
    }

    /// The address, where a token may be sent to it: in clear it never leaves this machine.
    static func checked(_ url: String) throws -> String {
        var url = url
        while url.hasSuffix("/") { url.removeLast() }
        if url.hasPrefix("unix:"), url.utf8.count > 5 { return url }
        if url.hasPrefix("https://"), url.utf8.count > 8 { return url }
        guard url.hasPrefix("http://") else {
            throw AdministrationError(
                .invalidValue, "\"\(url)\" is no address of a service",
                remedy: "give https://HOST:PORT, or unix:SOCKET")
        }
        let host = url.dropFirst(7).prefix { $0 != "/" }
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        let isLoopback = name.hasPrefix("127.") && name.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
        guard !host.contains("@"), name == "localhost" || name == "[::1]" || isLoopback else {
            throw AdministrationError(
                .refused, "a token would travel in clear to \(url)", remedy: "use https://, or a tunnel to 127.0.0.1")
        }
        return url
    }
}
