import Claims

/// With an operator everything about accounts and users comes from JWTs.
extension BrokerConfigurationReader {
    mutating func checkOperatorMode() {
        guard positions["operator"] != nil || !configuration.trustedKeys.isEmpty else {
            if let position = positions["default_sentinel"], configuration.defaultSentinel != nil {
                report(
                    .missingKey, at: position, "\"default_sentinel\" needs an operator", remedy: "write operator")
            }
            return
        }
        if positions["operator"] != nil {
            // A JWT that cannot be read is for those to refuse who trust it.
            let operators = configuration.operators.compactMap { try? OperatorClaims.decode($0) }
            takeResolver(from: operators)
            checkResolver(operators)
            checkVersions(operators)
            refuseBesideOperator(
                "trusted_keys", isThere: !configuration.trustedKeys.isEmpty, "the operator's JWT says them")
        }
        checkSentinel()
        refuseBesideOperator("accounts", isThere: !configuration.accounts.isEmpty, "accounts are JWTs of the operator")
        refuseBesideOperator("mappings", isThere: !configuration.mappings.isEmpty, "mappings are in accounts' JWTs")
        refuseBesideOperator(
            "no_auth_user", isThere: configuration.noAuthUser != nil, "default_sentinel takes its place")
        refuseBesideOperator(
            "websocket.no_auth_user", isThere: configuration.webSocket?.noAuthUser != nil,
            "default_sentinel takes its place")
        guard let authorization = configuration.authorization else { return }
        refuseBesideOperator(
            "authorization.users", isThere: authorization.users?.isEmpty == false, "users are JWTs of accounts")
        refuseBesideOperator(
            "authorization.auth_callout", isThere: authorization.callout != nil,
            "an account's JWT says who is asked")
        for key in ["user", "token"] where (key == "user" ? authorization.user != nil : authorization.token != nil) {
            guard let position = positions["authorization.\(key)"] else { continue }
            warn(.withoutEffect, at: position, "with an operator, users sign in with JWTs alone", remedy: "remove it")
        }
    }

    private mutating func refuseBesideOperator(_ key: String, isThere: Bool, _ reason: String) {
        guard isThere, let position = positions[key] else { return }
        let name = key.split(separator: ".").last ?? ""
        report(
            .conflict, at: position,
            "\(positions["operator"] == nil ? "trusted keys" : "an operator") and \"\(name)\" exclude each other: \(reason)",
            remedy: "remove one of them")
    }

    /// A single operator may say itself where its accounts are.
    private mutating func takeResolver(from operators: [OperatorClaims]) {
        guard positions["resolver"] == nil, operators.count == 1, configuration.operators.count == 1,
            !operators[0].accountServerURL.isEmpty
        else { return }
        configuration.resolver = .url(operators[0].accountServerURL + "/accounts")
        if let position = positions["operator"] { placeInFile("resolver", position) }
    }

    private mutating func checkResolver(_ operators: [OperatorClaims]) {
        guard let position = positions["resolver"] ?? positions["operator"] else { return }
        if configuration.resolver == nil, positions["resolver"] == nil {
            report(
                .missingKey, at: position, "an operator needs a resolver",
                remedy: "write resolver: MEMORY, and resolver_preload")
        }
        if case .directory = configuration.resolver, configuration.systemAccount == nil,
            operators.first.map(\.systemAccount.isEmpty) ?? false
        {
            report(
                .missingKey, at: position, "a resolver with a folder needs a system account",
                remedy: "write system_account: A…")
        }
    }

    /// A version that nothing can be compared with. Whether this one is new enough, those say who start the broker.
    private mutating func checkVersions(_ operators: [OperatorClaims]) {
        guard let position = positions["operator"] else { return }
        for claims in operators where !claims.assertServerVersion.isEmpty {
            let parts = claims.assertServerVersion.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count != 3 || parts.contains(where: { Int($0) == nil }) else { continue }
            report(
                .wrongValue, at: position,
                "the operator asserts server version \"\(claims.assertServerVersion)\", which is none",
                remedy: "correct the operator's assert_server_version, as in 2.10.0")
        }
    }

    /// The sentinel has to get in without a signature.
    private mutating func checkSentinel() {
        guard let token = configuration.defaultSentinel, let position = positions["default_sentinel"] else { return }
        guard let user = try? UserClaims.decode(token) else {
            return report(
                .wrongValue, at: position, "\"default_sentinel\" is no JWT of a user", remedy: "copy it again")
        }
        let mayBeScoped = !user.issuerAccount.isEmpty && user.limits.isEmpty
        if !user.limits.bearerToken, !mayBeScoped {
            report(
                .wrongValue, at: position, "\"default_sentinel\" has to be a bearer token",
                remedy: "make it with: chancery add user --bearer")
        }
    }

    mutating func checkSystemAccount() {
        guard positions["operator"] == nil, configuration.trustedKeys.isEmpty else { return }
        let names = configuration.accounts.map(\.name)
        if configuration.systemAccount == nil, names.contains("$SYS") { configuration.systemAccount = "$SYS" }
        guard let name = configuration.systemAccount, !names.contains(name), let position = positions["system_account"]
        else { return }
        report(
            .missingKey, at: position, "there is no account \"\(name)\"",
            remedy: Suggestion.closest(to: name, among: names).map { "did you mean \"\($0)\"?" }
                ?? "write it in accounts, or remove it here")
    }
}
