import Claims

/// Settings that are right each by itself and wrong together.
extension BrokerConfigurationReader {
    mutating func checkTogether() {
        if document.root.entries.isEmpty {
            let start = ConfigurationPosition(file: document.file, line: 1, column: 1)
            warn(
                .missingKey, at: start, "the configuration is empty, so everything is as by default",
                remedy: "write listen: 127.0.0.1:4222")
        }
        checkAddresses()
        checkLimits()
        checkUsers()
        checkCallout()
        checkWebSocket()
        checkOperatorMode()
        checkSystemAccount()
        checkProxies()
        checkSharing()
    }

    private mutating func checkAddresses() {
        for key in ["host", "port"] {
            guard positions["listen"] != nil, let position = positions[key] else { continue }
            report(
                .duplicateKey, at: position, "\"listen\" gives the \(key) already", remedy: "remove one of them")
        }
        if let path = monitoringBasePath { configuration.monitoring?.basePath = path }
        if configuration.monitoring?.isSecure == true, configuration.tls == nil, positions["tls"] == nil,
            let position = positions["https"] ?? positions["https_port"]
        {
            report(
                .missingKey, at: position,
                "monitoring over TLS uses the certificate of the tls block, and there is none",
                remedy: "write tls { cert_file: …, key_file: … }, or http instead of https")
        }
    }

    private mutating func checkLimits() {
        let (payload, pending) = (configuration.maximumPayload, configuration.maximumPending)
        if payload > pending, let position = positions["max_payload"] ?? positions["max_pending"] {
            report(
                .wrongValue, at: position, "max_payload (\(payload)) is higher than max_pending (\(pending))",
                remedy: "a message must fit into what may wait for a client")
        }
        let (grace, duration) = (configuration.lameDuckGracePeriod, configuration.lameDuckDuration)
        if grace >= duration, let position = positions["lame_duck_grace_period"] ?? positions["lame_duck_duration"] {
            report(
                .wrongValue, at: position,
                "lame_duck_grace_period (\(grace)) is not shorter than lame_duck_duration (\(duration))",
                remedy: "the period is the beginning of the duration; shorten it")
        }
        if let tls = configuration.tls, positions["authorization.timeout"] == nil {
            // Signing in begins behind the handshake.
            configuration.authorizationTimeout = tls.timeout + .seconds(1)
        }
    }

    // MARK: Users

    private mutating func checkUsers() {
        guard let authorization = configuration.authorization else {
            return checkNoAuthUser(configuration.noAuthUser, positions["no_auth_user"])
        }
        let (user, token) = (positions["authorization.user"], positions["authorization.token"])
        let hasUser = authorization.user != nil
        if hasUser || authorization.password != nil, authorization.token != nil, let token {
            report(
                .conflict, at: token, "a token and a user exclude each other",
                remedy: "keep the token, or user and password")
        }
        if authorization.password != nil, !hasUser, let position = positions["authorization.pass"] {
            report(
                .missingKey, at: position, "a password without a user lets everybody in", remedy: "write user beside it"
            )
        }
        let others = positions["authorization.users"] ?? accountUserPlace
        if let others, let position = hasUser ? user : authorization.token != nil ? token : nil {
            report(
                .conflict, at: position,
                "one \(hasUser ? "user" : "token") for all and the users at \(others) exclude "
                    + "each other", remedy: "put it into the list of users, or remove the list")
        }
        if authorization.defaultPermissions != nil, authorization.users == nil,
            let position = positions["authorization.default_permissions"]
        {
            warn(
                .withoutEffect, at: position, "permissions here are for the users beside them, and there are none",
                remedy: "write users, or remove it")
        }
        checkNoAuthUser(configuration.noAuthUser, positions["no_auth_user"])
    }

    /// Where the first account with users stands.
    private var accountUserPlace: ConfigurationPosition? {
        zip(configuration.accounts, accountPlaces).first { !$0.0.users.isEmpty }?.1.account
    }

    private mutating func checkNoAuthUser(_ name: String?, _ position: ConfigurationPosition?) {
        guard let name, let position, userPlaces[name] == nil, !configuration.isOperatorMode else { return }
        report(
            .missingKey, at: position, "there is no user \"\(name)\"",
            remedy: Suggestion.closest(to: name, among: userPlaces.keys).map { "did you mean \"\($0)\"?" }
                ?? "add it to the users of authorization or of an account")
    }

    private mutating func checkCallout() {
        guard let callout = configuration.authorization?.callout else { return }
        let names = configuration.accounts.map(\.name)
        for (text, value) in calloutAccounts where !names.contains(text) {
            report(
                .missingKey, at: value.position, "there is no account \"\(text)\"",
                remedy: Suggestion.closest(to: text, among: names).map { "did you mean \"\($0)\"?" }
                    ?? "write it in accounts, or remove it here")
        }
        guard let position = positions["authorization.auth_callout"] else { return }
        if callout.account != "$G", !names.contains(callout.account) {
            warn(
                .withoutEffect, at: position, "there is no account \"\(callout.account)\", so nobody answers",
                remedy: "write it in accounts")
        }
        for user in callout.users where userPlaces[user] == nil {
            warn(
                .withoutEffect, at: position, "there is no user \"\(user)\" to answer", remedy: "write it in users")
        }
    }

    private mutating func checkWebSocket() {
        guard let webSocket = configuration.webSocket else { return }
        checkNoAuthUser(webSocket.noAuthUser, positions["websocket.no_auth_user"])
        if !userPlaces.isEmpty, webSocket.user != nil || webSocket.token != nil,
            let position = positions["websocket.authorization"]
        {
            report(
                .conflict, at: position, "a user or a token of its own excludes users in the configuration",
                remedy: "remove it, and add a user")
        }
        if webSocket.jwtCookie != nil, !configuration.isOperatorMode,
            positions["operator"] == nil, let position = positions["websocket.jwt_cookie"]
        {
            report(
                .missingKey, at: position, "JWTs need an operator", remedy: "write operator, or remove the cookie")
        }
    }

    private mutating func checkProxies() {
        if configuration.usesProxyProtocol, configuration.proxyProtocolSources.isEmpty,
            positions["proxy_protocol_sources"] == nil, let position = positions["proxy_protocol"]
        {
            report(
                .missingKey, at: position, "proxy_protocol believes nobody who is not listed",
                remedy: "write proxy_protocol_sources: [\"10.0.0.0/8\"], the networks of your proxies")
        }
        if !configuration.usesProxyProtocol, let position = positions["proxy_protocol_sources"] {
            warn(
                .withoutEffect, at: position, "\"proxy_protocol_sources\" does nothing without proxy_protocol",
                remedy: "write proxy_protocol: true")
        }
    }

    private mutating func checkSharing() {
        let faults = AccountSharing(configuration.accounts, hasSystemAccount: !configuration.hasNoSystemAccount)
            .faults()
        for fault in faults {
            let places = accountPlaces[fault.account]
            let position = fault.isImport ? places.imports[fault.index] : places.exports[fault.index]
            report(.wrongValue, at: position, fault.message, remedy: fault.remedy)
        }
    }
}
