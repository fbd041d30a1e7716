/// Something that a configuration can say and that the broker does not do yet.
///
/// The broker does not start with such a configuration: a setting that restricts somebody must not be silently without
/// effect. Whoever builds one of these removes its line.
public struct UnenforcedSetting: Sendable {
    /// The key, with the block in front.
    let key: String
    /// What it is, for a person.
    let feature: String
    let isUsed: @Sendable (BrokerConfiguration) -> Bool

    static let all: [UnenforcedSetting] = [
        UnenforcedSetting("trusted_keys", "a trusted key without an operator's JWT") { !$0.trustedKeys.isEmpty },
        UnenforcedSetting("resolver_tls", "TLS to a resolver") { $0.resolverTLS != nil },
        UnenforcedSetting("tls.cipher_suites", "a cipher suite with RC4, 3DES or CBC and SHA-256") {
            $0.tls?.cipherSuites?.contains(where: TLSNames.unavailableSuites.contains) ?? false
        },
        UnenforcedSetting("tls.curve_preferences", "SecP256r1MLKEM768 and SecP384r1MLKEM1024") {
            $0.tls?.curvePreferences?.contains(where: TLSNames.unavailableCurves.contains) ?? false
        },
        UnenforcedSetting("websocket.tls.cipher_suites", "a cipher suite with RC4, 3DES or CBC and SHA-256") {
            $0.webSocket?.tls?.cipherSuites?.contains(where: TLSNames.unavailableSuites.contains) ?? false
        },
        UnenforcedSetting("websocket.tls.curve_preferences", "SecP256r1MLKEM768 and SecP384r1MLKEM1024") {
            $0.webSocket?.tls?.curvePreferences?.contains(where: TLSNames.unavailableCurves.contains) ?? false
        },
        UnenforcedSetting("websocket.authorization", "a user or a token for WebSockets alone") {
            $0.webSocket?.user != nil || $0.webSocket?.token != nil
        },
        UnenforcedSetting("http", "monitoring over HTTP") { $0.monitoring != nil },
        UnenforcedSetting("max_sub_tokens", "a limit on the tokens of a subject") {
            $0.maximumSubscriptionTokens != nil
        },
        UnenforcedSetting("write_timeout", "another way with clients that do not read") {
            $0.writeTimeout == .retry
        },
        UnenforcedSetting("no_header_support", "a broker without headers") { !$0.supportsHeaders },
    ]

    private init(_ key: String, _ feature: String, isUsed: @escaping @Sendable (BrokerConfiguration) -> Bool) {
        self.key = key
        self.feature = feature
        self.isUsed = isUsed
    }
}

extension BrokerConfiguration {
    /// What this configuration uses and the broker does not do yet, in the order of the file; empty if it can start.
    public var unenforced: [ConfigurationProblem] {
        let commandLine = ConfigurationPosition(file: "command line", line: 0, column: 0)
        return UnenforcedSetting.all.filter { $0.isUsed(self) }
            .map { setting in
                let place = places[setting.key]
                return ConfigurationProblem(
                    code: .notEnforced, position: place?.position ?? commandLine,
                    message: "\"\(setting.key)\": \(setting.feature): this broker does not do that yet",
                    remedy: "remove it, or run nats-server for it", excerpt: place?.excerpt)
            }
            .sorted { ($0.position.line, $0.position.column) < ($1.position.line, $1.position.column) }
    }
}
