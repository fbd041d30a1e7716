import Authorization
import Claims
import NKeys

/// Operators vouch for accounts and these for users: reads a configuration's JWTs and verifies them.
enum OperatorMode {
    static func read(_ configuration: BrokerConfiguration) throws(BrokerStartError) -> BrokerMode {
        guard configuration.isOperatorMode else {
            throw BrokerStartError(
                message: "the configuration names no operator",
                remedy: "chancery generate config --mem-resolver writes the operator and its accounts")
        }
        guard configuration.resolver != nil || configuration.operators.isEmpty else {
            throw BrokerStartError(
                message: "operators require an account resolver", remedy: "add the line: resolver: MEMORY")
        }
        let operators = try readOperators(configuration)
        let systemAccount = try systemAccount(configuration, operators)
        let trust = Trust(
            operators: operators, pinnedAccounts: try pinnedAccounts(configuration),
            systemAccount: systemAccount.map(AccountIdentity.key), defaultSentinel: configuration.defaultSentinel,
            proxies: configuration.proxyKeys)
        let (accounts, warnings) = try readAccounts(configuration, trust)
        return BrokerMode(trust: trust, accounts: accounts.map(AccountDefinition.token), warnings: warnings)
    }

    /// The system account that a configuration states, or else its operator.
    static func systemAccount(_ configuration: BrokerConfiguration) throws(BrokerStartError) -> PublicKey? {
        try systemAccount(configuration, readOperators(configuration))
    }

    private static func readOperators(
        _ configuration: BrokerConfiguration
    ) throws(BrokerStartError) -> [OperatorClaims] {
        var operators: [OperatorClaims] = []
        for token in configuration.operators { operators.append(try readOperator(token)) }
        // A key alone is an operator of whom nothing else is known.
        for key in configuration.trustedKeys { operators.append(OperatorClaims(subject: key)) }
        return operators
    }

    private static func readOperator(_ token: String) throws(BrokerStartError) -> OperatorClaims {
        let claims: OperatorClaims
        do { claims = try OperatorClaims.decode(token) } catch {
            throw BrokerStartError(
                message: "an operator's JWT cannot be used: \(error.message)", remedy: "copy it again from the operator"
            )
        }
        guard claims.issuer == claims.subject || claims.signingKeys.contains(claims.issuer) else {
            throw BrokerStartError(
                message: "the operator's JWT is not signed by the operator \(claims.subject)",
                remedy: "use the operator's own")
        }
        if let wanted = ServerVersion(claims.assertServerVersion), let own = ServerVersion(ServerIdentity.version),
            own < wanted
        {
            throw BrokerStartError(
                message:
                    "the operator asserts server version \(claims.assertServerVersion), this is \(ServerIdentity.version)",
                remedy: "use a newer broker, or change the operator's assert_server_version")
        }
        return claims
    }

    private static func systemAccount(
        _ configuration: BrokerConfiguration, _ operators: [OperatorClaims]
    ) throws(BrokerStartError) -> PublicKey? {
        let asserted = operators.map(\.systemAccount).first { !$0.isEmpty }
        if let asserted, let configured = configuration.systemAccount, asserted != configured {
            throw BrokerStartError(
                message: "system_account is \(configured), but the operator's JWT says \(asserted)",
                remedy: "remove system_account from the configuration, or correct it")
        }
        guard let name = configuration.systemAccount ?? asserted else { return nil }
        guard let key = try? PublicKey(name), key.kind == .account else {
            throw BrokerStartError(
                message: "system_account \(name) is not an account's public key", remedy: "it begins with A")
        }
        return key
    }

    private static func pinnedAccounts(
        _ configuration: BrokerConfiguration
    ) throws(BrokerStartError) -> Set<PublicKey>? {
        guard let texts = configuration.pinnedAccounts else { return nil }
        var keys: Set<PublicKey> = []
        for text in texts {
            guard let key = try? PublicKey(text), key.kind == .account else {
                throw BrokerStartError(
                    message: "resolver_pinned_accounts has \(text), which is not an account's public key",
                    remedy: "it begins with A")
            }
            keys.insert(key)
        }
        return keys
    }

    private static func readAccounts(
        _ configuration: BrokerConfiguration, _ trust: Trust
    ) throws(BrokerStartError) -> ([ResolvedAccount], [String]) {
        var accounts: [ResolvedAccount] = []
        var warnings: [String] = []
        for preloaded in configuration.preloadedAccounts {
            let resolved: ResolvedAccount
            do { resolved = try ResolvedAccount(token: preloaded.jwt) } catch {
                throw BrokerStartError(
                    message: "the JWT of \(preloaded.account) in resolver_preload cannot be used: \(error)",
                    remedy: "generate the configuration again")
            }
            guard resolved.key.text == preloaded.account else {
                warnings.append(
                    "resolver_preload has the JWT of \(resolved.key) under \(preloaded.account), so nobody can sign in to "
                        + "that one")
                continue
            }
            if !trust.signed(resolved.claims) {
                warnings.append(
                    "account \(resolved.key) is not signed by a trusted operator key: nobody can sign in to it")
            }
            if let fault = resolved.fault {
                warnings.append("account \(resolved.key) breaks a rule, so nobody can sign in to it: \(fault)")
            }
            accounts.append(resolved)
        }
        return (accounts, warnings)
    }
}

/// Three numbers of a version, for comparing; what follows them does not count.
struct ServerVersion: Comparable {
    private let parts: [Int]

    init?(_ text: String) {
        let numbers = text.prefix { $0.isNumber || $0 == "." }.split(separator: ".").map { Int($0) }
        guard numbers.count == 3, !numbers.contains(nil) else { return nil }
        parts = numbers.compactMap(\.self)
    }

    static func < (one: ServerVersion, other: ServerVersion) -> Bool {
        one.parts.lexicographicallyPrecedes(other.parts)
    }
}
