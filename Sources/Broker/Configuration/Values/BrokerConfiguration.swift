/// What the broker is told by its configuration file: nats-server's keys and nats-server's defaults.
///
/// JWTs are kept as text. Whether they are to be trusted is for those to decide who let clients in.
public struct BrokerConfiguration: Sendable, Hashable {
    /// An account JWT that stands in the configuration itself.
    public struct PreloadedAccount: Sendable, Hashable {
        /// The account's public key, as the configuration names it.
        public var account: String
        public var jwt: String

        public init(account: String, jwt: String) {
            self.account = account
            self.jwt = jwt
        }
    }

    /// Where account JWTs come from.
    public enum Resolver: Sendable, Hashable {
        /// From ``BrokerConfiguration/preloadedAccounts``, and from updates while the broker runs.
        case memory
        /// From an HTTP server: the URL that an account's public key is put behind.
        case url(String)
        /// From a folder.
        case directory(DirectoryResolverConfiguration)
    }

    /// What happens to a client that does not take what is written to it.
    public enum WriteTimeout: String, Sendable, Hashable {
        case standard = "default"
        case close
        case retry
    }

    // MARK: Where

    /// The address to listen on.
    public var host = "0.0.0.0"
    /// 1 to 65535; 0 lets the system choose (`-1` in the file, where `0` means the default).
    public var port = 4222
    /// What other servers tell clients; nil for the address itself.
    public var clientAdvertise: String?
    /// Nil to take the server's public key.
    public var serverName: String?
    public var serverTags: [String] = []
    public var serverMetadata: [String: String] = [:]
    public var monitoring: MonitoringConfiguration?
    public var webSocket: WebSocketConfiguration?
    /// TLS for the clients' listener.
    public var tls: TLSConfiguration?
    /// Whether clients may do without TLS where it is offered.
    public var allowsPlainClients = false

    // MARK: Who, by JWT

    /// Operator JWTs.
    public var operators: [String] = []
    /// Public operator keys that are trusted without an operator's JWT.
    public var trustedKeys: [String] = []
    /// Whether operators vouch for accounts and these for users.
    public var isOperatorMode: Bool { !operators.isEmpty || !trustedKeys.isEmpty }
    /// The system account: a public key, or without an operator a name. Nil when the file names none.
    public var systemAccount: String?
    /// Whether there is to be none.
    public var hasNoSystemAccount = false
    /// Nil when the file names none.
    public var resolver: Resolver?
    /// For the connections of ``Resolver/url(_:)``.
    public var resolverTLS: TLSConfiguration?
    /// In the order of the file, each account once.
    public var preloadedAccounts: [PreloadedAccount] = []
    /// The public keys of the accounts whose users may sign in, beside the system account; nil for all.
    public var pinnedAccounts: Set<String>?
    /// The user JWT of clients that bring none.
    public var defaultSentinel: String?

    // MARK: Who, by configuration

    /// Nil without the block. With one, even an empty one, an `accounts` block with nothing but the system account does
    /// not let everybody into `$G`.
    public var authorization: AuthorizationConfiguration?
    /// In the order of the file, each name once; `$G` is not among them.
    public var accounts: [AccountConfiguration] = []
    /// Mappings of the account `$G`.
    public var mappings: [MappingConfiguration] = []
    /// The user that a client is taken for who says nothing about itself.
    public var noAuthUser: String?
    /// The public keys of proxies that sign for their clients.
    public var trustedProxies: [String] = []
    /// Whether connections begin with the PROXY protocol's header.
    public var usesProxyProtocol = false
    /// The networks, in CIDR form, that such a header is believed from (rule S12).
    public var proxyProtocolSources: [String] = []

    // MARK: Limits

    /// The most bytes of a message, headers included.
    public var maximumPayload = 1 << 20
    /// The most bytes that may wait for one client.
    public var maximumPending = 64 << 20
    /// The most clients; 0 lets none in (`-1` in the file, where `0` means the default).
    public var maximumConnections = 65_536
    /// The most bytes of a control line's arguments.
    public var maximumControlLine = 4096
    /// The most subscriptions of one client; nil for no limit.
    public var maximumSubscriptions: Int?
    /// The most tokens of a subscription's subject, up to 255; nil for no limit.
    public var maximumSubscriptionTokens: Int?
    /// How many closed connections monitoring remembers.
    public var maximumClosedClients = 10_000

    /// How often a client is asked whether it is still there.
    public var pingInterval = Duration.seconds(120)
    /// How many of these questions may be open before the client is taken for dead.
    public var maximumPingsOut = 2
    /// How long a client may take to accept what is written to it.
    public var writeDeadline = Duration.seconds(10)
    public var writeTimeout = WriteTimeout.standard
    /// How long a client may take to sign in.
    public var authorizationTimeout = Duration.seconds(2)
    /// Over how long lame duck mode spreads the closing of connections; at least 30 seconds.
    public var lameDuckDuration = Duration.seconds(120)
    /// How long lame duck mode waits before; less than ``lameDuckDuration``.
    public var lameDuckGracePeriod = Duration.seconds(10)
    /// Whether messages may have headers.
    public var supportsHeaders = true

    // MARK: Files and words

    public var debug = false
    public var trace = false
    /// Whether log lines begin with the time.
    public var logTime = true
    public var logging = LoggingConfiguration()
    /// Where to write the process's number; nil for nowhere.
    public var pidFile: String?
    /// The directory to write a file with the ports into; nil for nowhere.
    public var portsFileDirectory: String?

    /// Where it stands.
    var places = ConfigurationPlaces()

    /// nats-server's defaults.
    public init() {}

    /// Reads a configuration file.
    ///
    /// - Parameters:
    ///   - bytes: the file's content.
    ///   - file: its path.
    ///   - surroundings: how to read the files it names, and environment variables.
    /// - Returns: the configuration, and what is odd but allowed.
    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    public static func read(
        _ bytes: [UInt8], file: String, surroundings: ConfigurationSurroundings
    ) throws(ConfigurationError) -> (configuration: BrokerConfiguration, warnings: [ConfigurationProblem]) {
        let document = try ConfigurationText.parse(bytes, file: file, surroundings: surroundings)
        var reader = BrokerConfigurationReader(document: document, surroundings: surroundings)
        reader.read()
        guard reader.problems.isEmpty else { throw ConfigurationError(reader.problemsInOrder) }
        return (reader.configuration, document.warnings + reader.warnings)
    }
}
