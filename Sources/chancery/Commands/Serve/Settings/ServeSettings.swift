import Configuration
import Messaging

/// How the service runs. What a flag says comes before the environment, that before the configuration file, and that before
/// what holds by default.
struct ServeSettings {
    /// A setting: `tls.cert` is `cert:` below `tls:` in the file, `CHANCERY_TLS_CERT` in the environment and `--tls-cert`.
    struct Key {
        let name: String
        let byDefault: String?
        let about: String

        /// The flag's name.
        var flag: String { "--" + name.replacing(".", with: "-").replacing("_", with: "-") }
        /// The variable of the environment.
        var variable: String { "CHANCERY_" + name.replacing(".", with: "_").uppercased() }
    }

    static let keys = [
        Key(name: "listen", byDefault: "127.0.0.1:8420", about: "where the API listens"),
        Key(name: "nats", byDefault: "127.0.0.1:4222", about: "where the NATS server listens"),
        Key(
            name: "engine", byDefault: nil,
            about: "a nats-server or some of a cluster to feed, in the place of an own NATS server"),
        Key(name: "operator", byDefault: nil, about: "the operator that the service is for"),
        Key(name: "socket", byDefault: nil, about: "a Unix socket for administration on this machine"),
        Key(name: "first_token", byDefault: nil, about: "a new file for the first start's token"),
        Key(name: "tls.cert", byDefault: nil, about: "the API's certificate"),
        Key(name: "tls.key", byDefault: nil, about: "the certificate's key"),
        Key(name: "tls.client_ca", byDefault: nil, about: "what vouches for clients' certificates"),
        Key(name: "rate", byDefault: "2000", about: "requests a second for one token; 0 for any number"),
        Key(name: "failure_rate", byDefault: "5", about: "refused sign-ins a second for one address; 0 for any number"),
        Key(name: "public_url", byDefault: nil, about: "what clients call the API, where that is not its own address"),
        Key(name: "resolver", byDefault: "false", about: "whether account tokens are fetched without signing in"),
    ]

    private(set) var listen = ListenAddress(host: "127.0.0.1", port: 8420)
    private(set) var nats = ListenAddress(host: "127.0.0.1", port: 4222)
    private(set) var rate = 2_000
    private(set) var failureRate = 5
    private(set) var answersResolvers = false
    private let values: [String: String]
    /// Where each value comes from: a flag, a variable, or a place in the file.
    private let places: [String: String]

    /// The servers to feed; nil where the service has one of its own.
    private(set) var engine: [ServerAddress]?
    var operatorName: String? { values["operator"] }
    var socket: String? { values["socket"] }
    var firstToken: String? { values["first_token"] }
    var certificate: String? { values["tls.cert"] }
    var certificateKey: String? { values["tls.key"] }
    var clientAuthorities: String? { values["tls.client_ca"] }
    var publicURL: String? { values["public_url"] }

    /// - Parameters:
    ///   - flags: what the command line says, by the names of keys.
    ///   - environment: looks a variable up.
    ///   - file: what the configuration file says; nil without one.
    /// - Throws: everything that is wrong, each with where it stands.
    init(flags: [String: String], environment: (String) -> String?, file: SettingsFile?) throws {
        var variables: [String: String] = [:]
        for key in Self.keys {
            if let value = environment(key.variable) { variables[String(key.variable.dropFirst(9))] = value }
        }
        let reader = ConfigReader(providers: [
            InMemoryProvider(name: "flags", values: Self.provided(flags)),
            EnvironmentVariablesProvider(environmentVariables: variables),
            InMemoryProvider(name: "file", values: Self.provided(file?.values ?? [:])),
        ])
        var values: [String: String] = [:]
        for key in Self.keys { values[key.name] = reader.string(forKey: ConfigKey(key.name)) ?? key.byDefault }
        self.values = values

        var faults = file?.faults ?? []
        var places: [String: String] = [:]
        for key in Self.keys {
            places[key.name] =
                flags[key.name] != nil
                ? key.flag
                : environment(key.variable) != nil
                    ? key.variable : file?.places[key.name].map { "\($0): \(key.name)" } ?? key.name
        }
        self.places = places
        func read<Value>(_ name: String, _ what: String, _ parse: (String) -> Value?) -> Value? {
            guard let key = Self.keys.first(where: { $0.name == name }), let text = values[name] else { return nil }
            if let value = parse(text) { return value }
            faults.append("\(places[name] ?? name) is \(what), not \"\(text)\"")
            return nil
        }
        listen = read("listen", "a host and a port") { ListenAddress(argument: $0) } ?? listen
        nats = read("nats", "a host and a port") { ListenAddress(argument: $0) } ?? nats
        func number(_ text: String) -> Int? { Int(text).flatMap { $0 >= 0 ? $0 : nil } }
        rate = read("rate", "0 or a positive number", number) ?? rate
        failureRate = read("failure_rate", "0 or a positive number", number) ?? failureRate
        answersResolvers = read("resolver", "true or false") { Bool($0) } ?? answersResolvers
        _ = read("public_url", "an https:// or http:// address without a path") { try? PublicName($0) }
        engine = read("engine", "the address of a NATS server") { text in
            try? text.split(separator: ",", omittingEmptySubsequences: false).map { part in
                try ServerAddress(String(part.drop { $0 == " " }))
            }
        }
        if (values["tls.cert"] == nil) != (values["tls.key"] == nil) {
            faults.append("tls.cert and tls.key are given together")
        }
        if values["tls.client_ca"] != nil, values["tls.cert"] == nil {
            faults.append("tls.client_ca needs tls.cert and tls.key")
        }
        guard faults.isEmpty else {
            throw CommandFailure(
                message: faults.joined(separator: "\n"), remedy: "see the settings in \"chancery serve --help\"")
        }
    }

    /// Where the value of a setting comes from, as messages begin with it.
    func place(of name: String) -> String { places[name] ?? name }

    private static func provided(_ values: [String: String]) -> [AbsoluteConfigKey: ConfigValue] {
        var provided: [AbsoluteConfigKey: ConfigValue] = [:]
        for (name, value) in values {
            provided[AbsoluteConfigKey(ConfigKey(name))] = ConfigValue(.string(value), isSecret: false)
        }
        return provided
    }

    /// What is in force, by the names of keys, in their order.
    var inForce: [(name: String, value: String)] {
        Self.keys.compactMap { key in values[key.name].map { (key.name, $0) } }
    }

    /// The settings for the help.
    static let help = keys.map { key in
        "  \(key.name): \(key.about)" + (key.byDefault.map { " (\($0))" } ?? "")
    }.joined(separator: "\n")
}
