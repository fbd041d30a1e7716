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
    }

    /// The address to listen on.
    public var host = "0.0.0.0"
    /// 1 to 65535; 0 lets the system choose (`-1` in the file, where `0` means the default).
    public var port = 4222
    /// Nil to take the server's public key.
    public var serverName: String?

    /// Operator JWTs.
    public var operators: [String] = []
    /// The public key of the system account; nil when the file names none.
    public var systemAccount: String?
    /// Nil when the file names none.
    public var resolver: Resolver?
    /// In the order of the file, each account once.
    public var preloadedAccounts: [PreloadedAccount] = []

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

    /// How often a client is asked whether it is still there.
    public var pingInterval = Duration.seconds(120)
    /// How many of these questions may be open before the client is taken for dead.
    public var maximumPingsOut = 2
    /// How long a client may take to accept what is written to it.
    public var writeDeadline = Duration.seconds(10)
    /// How long a client may take to sign in.
    public var authorizationTimeout = Duration.seconds(2)

    public var debug = false
    public var trace = false
    /// Whether log lines begin with the time.
    public var logTime = true
    /// Where to write the process's number; nil for nowhere.
    public var pidFile: String?
    /// The directory to write a file with the ports into; nil for nowhere.
    public var portsFileDirectory: String?

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
