import Authorization

extension BrokerServer {
    /// Puts another configuration in force while the broker runs: users, accounts, what they share, operators, limits.
    /// Whoever would not be let in any more is cut; the others go on with what they may do now. Nothing changes where
    /// this throws.
    ///
    /// - Parameter settings: the whole configuration, not only what is different.
    /// - Returns: how many connections were ended.
    /// - Throws: ``BrokerStartError`` for a configuration that the broker could not start with, or one that is different
    ///   in something that cannot change while it runs.
    public func reload(_ settings: BrokerConfiguration) async throws -> Int {
        try Self.refuseUnenforced(settings)
        try Self.refuseAdvertised(settings)
        let present = loops.context.rules
        for setting in FixedSetting.all where !setting.isSame(present.settings, settings) {
            throw BrokerStartError(
                message: FixedSetting.refusal(
                    of: setting.word, "\"\(setting.key)\" cannot change while the broker runs"),
                remedy: "start it again, or leave \(setting.key) as it was")
        }
        let mode = try Self.mode(settings, loops.context.resolver)
        guard mode.trust.isOperatorMode == present.trust.isOperatorMode else {
            throw BrokerStartError(
                message: FixedSetting.refusal(
                    of: "TrustedOperators", "\"operator\" cannot come or go while the broker runs"),
                remedy: "start it again")
        }
        guard mode.trust.systemAccount == present.trust.systemAccount else {
            throw BrokerStartError(
                message: "the system account cannot change while the broker runs", remedy: "start it again")
        }
        // Certificates are read again, whether the configuration names others or the files have changed.
        let fresh = try Listener.all(settings)
        let monitoring = try MonitoringListener(settings)
        for warning in mode.warnings { loops.context.environment.log(.warning, warning) }
        for listener in fresh { listeners.first { $0.terms.present.type == listener.type }?.terms.replace(listener) }
        loops.context.noteCertificates(of: fresh)
        if let monitoring { pageTerms?.replace(monitoring) }
        let cut = try await loops.reload(settings, mode)
        for line in ReloadNotices.lines(from: present.settings, to: settings) {
            loops.context.environment.log(.info, line)
        }
        return cut
    }

    /// Says how the configuration is read again when the system account orders it (`$SYS.REQ.SERVER.<id>.RELOAD`). Until
    /// then it cannot be.
    ///
    /// - Parameter reload: reads the configuration and has ``reload(_:)`` put it in force. The description of an error is
    ///   what the system account is told.
    public func whenReloadIsOrdered(_ reload: @escaping @Sendable () async throws -> Void) {
        loops.context.reloading = reload
    }

    /// Accounts that do not come from the configuration alone were read when the broker started, and are kept up to date
    /// where they are.
    private static func mode(
        _ settings: BrokerConfiguration, _ resolver: AccountResolver
    ) throws(BrokerStartError) -> BrokerMode {
        var settings = settings
        if resolver.canFetch { settings.preloadedAccounts = [] }
        let mode = try BrokerMode(settings)
        if !resolver.canFetch { try mode.requireSystemAccount() }
        return mode
    }
}

/// A setting that only counts when the broker starts.
private struct FixedSetting: Sendable {
    let key: String
    let isSame: @Sendable (BrokerConfiguration, BrokerConfiguration) -> Bool

    /// What nats-server calls it.
    let word: String

    static let all: [FixedSetting] = [
        FixedSetting("host", "Host", \.host), FixedSetting("port", "Port", \.port),
        FixedSetting("server_name", "ServerName", \.serverName),
        FixedSetting("websocket", "Websocket") { settings in
            // Certificates may change, but not whether there are any.
            var webSocket = settings.webSocket
            if webSocket?.tls != nil { webSocket?.tls = TLSConfiguration() }
            return webSocket
        },
        FixedSetting("http", "HTTPPort", \.monitoring),
        FixedSetting("resolver", "AccountResolver", \.resolver),
        FixedSetting("resolver_tls", "AccountResolverTLSConfig", \.resolverTLS),
        FixedSetting("proxy_protocol", "ProxyProtocol", \.usesProxyProtocol),
        FixedSetting("proxy_protocol_sources", "ProxyProtocolSources", \.proxyProtocolSources),
        FixedSetting("allow_non_tls", "AllowNonTLS", \.allowsPlainClients),
    ]

    /// The reason, with nats-server's words in front, which programs look for.
    static func refusal(of word: String, _ reason: String) -> String {
        "config reload not supported for \(word): \(reason)"
    }

    private init<Value: Equatable & Sendable>(
        _ key: String, _ word: String, _ value: @escaping @Sendable (BrokerConfiguration) -> Value
    ) {
        self.key = key
        self.word = word
        isSame = { value($0) == value($1) }
    }
}
