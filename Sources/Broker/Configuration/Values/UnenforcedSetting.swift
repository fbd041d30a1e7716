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
        UnenforcedSetting("resolver_tls.cipher_suites", "a cipher suite with RC4, 3DES or CBC and SHA-256") {
            $0.resolverTLS?.cipherSuites?.contains(where: TLSNames.unavailableSuites.contains) ?? false
        },
        UnenforcedSetting("resolver_tls.curve_preferences", "SecP256r1MLKEM768 and SecP384r1MLKEM1024") {
            $0.resolverTLS?.curvePreferences?.contains(where: TLSNames.unavailableCurves.contains) ?? false
        },
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
