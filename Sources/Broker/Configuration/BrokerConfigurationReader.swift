/// Turns the tree of a configuration file into a ``BrokerConfiguration``, and collects everything that is wrong on the
/// way.
struct BrokerConfigurationReader {
    typealias Entry = ConfigurationMap.Entry

    let document: ConfigurationDocument
    let surroundings: ConfigurationSurroundings
    var configuration = BrokerConfiguration()
    var problems: [ConfigurationProblem] = []
    var warnings: [ConfigurationProblem] = []
    /// Where each key stands, in small letters.
    private var places: [String: ConfigurationPosition] = [:]

    init(document: ConfigurationDocument, surroundings: ConfigurationSurroundings) {
        self.document = document
        self.surroundings = surroundings
    }

    /// The problems as somebody finds them who reads the file from the top; included files come behind it.
    var problemsInOrder: [ConfigurationProblem] {
        problems.sorted { one, other in
            let key = { (problem: ConfigurationProblem) in
                (
                    problem.position.file == document.file ? "" : problem.position.file, problem.position.line,
                    problem.position.column
                )
            }
            return key(one) < key(other)
        }
    }

    mutating func read() {
        for entry in document.root.entries {
            let key = entry.key.lowercased()
            guard read(entry, as: key) else {
                readUnknown(entry, section: nil)
                continue
            }
            checkSpelledOnce(entry, BrokerConfigurationKeys.name(of: key))
        }
        checkTogether()
    }

    /// Reads a key that is supported.
    /// - Returns: whether it is.
    private mutating func read(_ entry: Entry, as key: String) -> Bool {
        switch key {
        case "listen": readListen(entry)
        case "host", "net": configuration.host = text(entry) ?? configuration.host
        case "port": readPort(entry)
        case "server_name": readServerName(entry)
        case "operator", "operators", "root", "roots", "root_operator", "root_operators": readOperators(entry)
        case "system_account", "system": configuration.systemAccount = nonEmptyText(entry)
        case "resolver", "account_resolver", "accounts_resolver": readResolver(entry)
        case "resolver_preload": readPreload(entry)
        case "max_payload": readLimit(entry, \.maximumPayload, most: Int(Int32.max))
        case "max_pending": readLimit(entry, \.maximumPending, most: 1 << 40)
        case "max_control_line": readLimit(entry, \.maximumControlLine, most: Int(Int32.max))
        case "ping_max": readLimit(entry, \.maximumPingsOut, most: 1000)
        case "max_connections", "max_conn": readMaximumConnections(entry)
        case "max_subscriptions", "max_subs": readMaximumSubscriptions(entry)
        case "ping_interval": readDuration(entry, \.pingInterval)
        case "write_deadline": readDuration(entry, \.writeDeadline)
        case "authorization": readAuthorization(entry)
        case "debug": configuration.debug = flag(entry) ?? configuration.debug
        case "trace": configuration.trace = flag(entry) ?? configuration.trace
        case "logtime": configuration.logTime = flag(entry) ?? configuration.logTime
        case "pid_file", "pidfile": configuration.pidFile = nonEmptyText(entry)
        case "ports_file_dir": configuration.portsFileDirectory = nonEmptyText(entry)
        default: return false
        }
        return true
    }

    /// A key that nothing reads: a feature that is not offered, or no key at all. A key that some `$variable` refers to
    /// is there for that alone.
    mutating func readUnknown(_ entry: Entry, section: String?) {
        let key = entry.key.lowercased()
        let known =
            section == nil ? BrokerConfigurationKeys.unsupported : BrokerConfigurationKeys.unsupportedAuthorization
        if let feature = known[key] {
            problems.append(
                document.problem(
                    .unsupportedFeature, at: entry.position,
                    "\"\(entry.key)\": \(feature) is not supported by this broker",
                    remedy: "remove it, or run nats-server for it"))
            return
        }
        guard !entry.isReferenced else { return }
        let place = section.map { " in \"\($0)\"" } ?? ""
        let candidates = section == nil ? BrokerConfigurationKeys.all : BrokerConfigurationKeys.allOfAuthorization
        let suggestion = Suggestion.closest(to: key, among: candidates)
        problems.append(
            document.problem(
                .unknownKey, at: entry.position, "unknown key \"\(entry.key)\"\(place)",
                remedy: suggestion.map { "did you mean \"\($0)\"?" } ?? "remove it; a value for $\(entry.key) may stay")
        )
    }

    // MARK: Keys that belong together

    /// nats-server reads such keys in an order that differs from one start to the next, so nobody can rely on one.
    private mutating func checkSpelledOnce(_ entry: Entry, _ name: String) {
        if let other = places[name] {
            problems.append(
                document.problem(
                    .duplicateKey, at: entry.position, "\"\(entry.key)\" says again what \(other) says",
                    remedy: "remove one of them"))
        }
        places[name] = entry.position
    }

    private mutating func checkTogether() {
        for key in ["host", "port"] {
            guard places["listen"] != nil, let position = places[key] else { continue }
            problems.append(
                document.problem(
                    .duplicateKey, at: position, "\"listen\" gives the \(key) already", remedy: "remove one of them"))
        }
        if configuration.maximumPayload > configuration.maximumPending,
            let position = places["max_payload"] ?? places["max_pending"]
        {
            let (payload, pending) = (configuration.maximumPayload, configuration.maximumPending)
            let message = "max_payload (\(payload)) is higher than max_pending (\(pending))"
            problems.append(
                document.problem(
                    .wrongValue, at: position, message, remedy: "a message must fit into what may wait for a client"))
        }
        if let position = places["operator"], places["resolver"] == nil {
            problems.append(
                document.problem(
                    .missingKey, at: position, "an operator needs a resolver",
                    remedy: "write resolver: MEMORY, and resolver_preload"))
        }
        if document.root.entries.isEmpty {
            let start = ConfigurationPosition(file: document.file, line: 1, column: 1)
            problems.append(
                document.problem(
                    .missingKey, at: start, "the configuration is empty", remedy: "write listen: 127.0.0.1:4222"))
        }
    }
}
