/// Turns the tree of a configuration file into a ``BrokerConfiguration``, and collects everything that is wrong on the
/// way.
struct BrokerConfigurationReader {
    typealias Entry = ConfigurationMap.Entry

    let document: ConfigurationDocument
    let surroundings: ConfigurationSurroundings
    var configuration = BrokerConfiguration()
    var problems: [ConfigurationProblem] = []
    var warnings: [ConfigurationProblem] = []
    /// Where each user is, by name or key: no two of a configuration may share one.
    var userPlaces: [String: ConfigurationPosition] = [:]
    /// Where accounts and what they share stand, in the order of ``BrokerConfiguration/accounts``.
    var accountPlaces: [AccountPlaces] = []
    /// Where each key of the file stands, by its first spelling, and a few keys of its sections.
    var positions: [String: ConfigurationPosition] = [:]
    /// `http_base_path`, which may stand in front of what it belongs to.
    var monitoringBasePath: String?
    /// `allowed_accounts` of the callout, which may stand in front of the accounts.
    var calloutAccounts: [(text: String, value: ConfigurationValue)] = []

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
        readMembers(of: document.root, .file) { reader, entry, key in
            reader.note(key, entry.position)
            reader.readFileEntry(entry, as: key)
        }
        checkTogether()
    }

    /// Remembers where a key stands.
    mutating func note(_ key: String, _ position: ConfigurationPosition) {
        positions[key] = position
        placeInFile(key, position)
    }

    /// Lets later problems with a key find its place. Its line is kept only where one of them would show it, since making
    /// an excerpt takes most of the time of reading a file.
    mutating func placeInFile(_ key: String, _ position: ConfigurationPosition) {
        let isShownLater = UnenforcedSetting.all.contains { $0.key == key }
        configuration.places[key] = .init(
            position: position, excerpt: isShownLater ? document.excerpt(at: position) : nil)
    }

    /// Reads a key of the file, by its first spelling. The keys of each group are read in a file of their own.
    private mutating func readFileEntry(_ entry: Entry, as key: String) {
        switch key {
        case "listen", "host", "port", "client_advertise", "server_name", "server_tags", "server_metadata":
            readAddress(entry, as: key)
        case "http", "https", "http_port", "https_port", "http_base_path":
            readMonitoring(entry, as: key)
        case "operator", "trusted_keys", "system_account", "no_system_account", "resolver", "resolver_tls",
            "resolver_preload", "resolver_pinned_accounts", "default_sentinel":
            readTrust(entry, as: key)
        case "authorization": readAuthorization(entry)
        case "accounts": readAccounts(entry)
        case "mappings": configuration.mappings = readMappings(entry)
        case "no_auth_user": configuration.noAuthUser = nonEmptyText(entry)
        case "tls": configuration.tls = readTLS(entry, .listener)
        case "allow_non_tls": configuration.allowsPlainClients = flag(entry) ?? false
        case "websocket": readWebSocket(entry)
        case "proxies": readProxies(entry)
        case "proxy_protocol": configuration.usesProxyProtocol = flag(entry) ?? false
        case "proxy_protocol_sources": readProxySources(entry)
        case "jetstream": refuseUnlessOff(entry, "JetStream", words: ["disabled", "false"])
        case "ocsp", "ocsp_cache": refuseUnlessOff(entry, "OCSP")
        case "debug", "trace", "trace_verbose", "trace_headers", "logtime", "logtime_utc", "logfile",
            "logfile_size_limit", "logfile_max_num", "syslog", "prof_port", "prof_block_rate", "pid_file",
            "ports_file_dir", "max_traced_msg_len":
            readLogging(entry, as: key)
        default: readLimit(entry, as: key)
        }
    }

    // MARK: Sections

    /// Hands each known key of a section on, with its first spelling, and says what is wrong with the others.
    ///
    /// nats-server reads two spellings of one key in an order that differs from one start to the next, so nobody can
    /// rely on one: they are refused.
    mutating func readMembers(
        of map: ConfigurationMap, _ keys: SectionKeys,
        _ read: (inout BrokerConfigurationReader, Entry, String) -> Void
    ) {
        var seen: [String: ConfigurationPosition] = [:]
        for entry in map.entries {
            if let feature = keys.feature(of: entry.key) {
                refuse(entry, feature)
                continue
            }
            guard let name = keys.name(of: entry.key) else {
                readUnknown(entry, keys)
                continue
            }
            if let other = seen[name] {
                report(
                    .duplicateKey, at: entry.position, "\"\(entry.key)\" says again what \(other) says",
                    remedy: "remove one of them")
            }
            seen[name] = entry.position
            read(&self, entry, name)
        }
    }

    /// A key that nothing reads. A key that some `$variable` refers to is there for that alone.
    private mutating func readUnknown(_ entry: Entry, _ keys: SectionKeys) {
        guard !entry.isReferenced, problems.count < Self.maximumProblems else { return }
        let place = keys.section.map { " in \"\($0)\"" } ?? ""
        report(
            .unknownKey, at: entry.position, "unknown key \"\(entry.key)\"\(place)",
            remedy: keys.suggestion(for: entry.key).map { "did you mean \"\($0)\"?" }
                ?? "remove it; a value for $\(entry.key) may stay")
    }

    // MARK: Problems

    mutating func report(
        _ code: ConfigurationProblem.Code, at position: ConfigurationPosition, _ message: String, remedy: String
    ) {
        // Whoever has more than this has one problem: it is another file.
        guard problems.count < Self.maximumProblems else { return }
        problems.append(document.problem(code, at: position, message, remedy: remedy))
    }

    private static let maximumProblems = 100

    mutating func warn(
        _ code: ConfigurationProblem.Code, at position: ConfigurationPosition, _ message: String, remedy: String
    ) {
        guard warnings.count < Self.maximumProblems else { return }
        warnings.append(document.problem(code, at: position, message, remedy: remedy))
    }

    /// Says that a key stands for something that is not offered.
    mutating func refuse(_ entry: Entry, _ feature: String) {
        report(
            .unsupportedFeature, at: entry.position, "\"\(entry.key)\": \(feature) is not supported by this broker",
            remedy: "remove it, or run nats-server for it")
    }

    /// The same for a key that may say that the feature is off.
    mutating func refuseUnlessOff(_ entry: Entry, _ feature: String, words: Set<String> = []) {
        switch entry.value.content {
        case .boolean(false): return
        case .string(let text) where words.contains(text.lowercased()): return
        default: refuse(entry, feature)
        }
    }
}
