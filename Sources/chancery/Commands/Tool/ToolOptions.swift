import Administration
import ArgumentParser
import Messaging
import NKeys
import Wire

/// Which server to talk to, and as whom.
struct ToolOptions: ParsableArguments {
    @Option(text: "The server; by default the operator's first service URL.", as: "url") var nats: String?

    @Option(name: .shortAndLong, text: "The user; not needed if the account has only one.", as: "name")
    var user: String?

    @Option(text: "A credentials file to use instead of a user of the directory.", as: "file") var creds: String?

    @OptionGroup(title: "TLS") var security: TLSFlags
    @OptionGroup var place: PlaceOptions

    /// Connects and signs in.
    func connect() async throws -> Client {
        var options = ClientOptions()
        options.name = "chancery tool"
        options.tls = security.tls
        let (address, credentials) = try choice
        return try await Client.connect(to: address, credentials: credentials, options: options)
    }

    private var choice: (ServerAddress, ClientCredentials) {
        get throws {
            if let creds, let nats {
                // Nothing of the directory is needed then.
                return (try ServerAddress(nats), try credentials(in: creds))
            }
            let directory = try place.directory.open()
            let entry = try directory.read { try $0.operator(at: place.place) }
            let address = try ServerChoice.address(nats, of: entry)
            if let creds { return (address, try credentials(in: creds)) }
            let signIn = try directory.signIn(as: user.map { EntityReference($0) }, at: place.place)
            return (address, .userJWT(signIn.token, signIn.keyPair))
        }
    }

    private func credentials(in path: String) throws -> ClientCredentials {
        let credentials = try Credentials.parse(PrivateFile.read(path))
        return .userJWT(credentials.jwt, credentials.keyPair)
    }
}

/// Headers for a message.
struct HeaderOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A header, as \"Name: value\"; may be repeated.", valueName: "header"))
    var header: [String] = []

    /// The headers.
    var headers: Headers {
        get throws {
            var headers = Headers()
            for text in header {
                guard let colon = text.firstIndex(of: ":") else {
                    throw ValidationError("\"\(text)\" is no header: write \"Name: value\".")
                }
                let value = text[text.index(after: colon)...].drop { $0 == " " }
                do throws(HeadersError) {
                    try headers.append(String(text[..<colon]), String(value))
                } catch {
                    throw ValidationError("\"\(text)\" is no header: \(error)")
                }
            }
            return headers
        }
    }
}
