import Authorization
import Claims
import NKeys
import Secrets
import Subjects

/// The configuration itself says who comes in: reads its users and accounts.
enum ConfigurationMode {
    /// The account of the server's own services, where the configuration names none.
    static let systemAccount = "$SYS"

    static func read(_ configuration: BrokerConfiguration) throws(BrokerStartError) -> BrokerMode {
        // Whoever wrote these thinks of an operator. Without one everybody would come in.
        let hasResolver = configuration.resolver != nil && configuration.resolver != .memory
        guard !hasResolver, configuration.preloadedAccounts.isEmpty, configuration.pinnedAccounts == nil else {
            throw BrokerStartError(
                message: "there is a resolver of accounts, but the configuration names no operator",
                remedy: "chancery generate config --mem-resolver writes the operator and its accounts")
        }
        let system = configuration.hasNoSystemAccount ? nil : configuration.systemAccount ?? systemAccount
        var global = AccountConfiguration(name: AccountIdentity.global.text)
        global.mappings = configuration.mappings
        var accounts = [global] + configuration.accounts
        if let system, !accounts.contains(where: { $0.name == system }) {
            accounts.append(AccountConfiguration(name: system))
        }
        var trust = Trust(
            operators: [], systemAccount: system.map(AccountIdentity.name), proxies: configuration.proxyKeys,
            local: try users(of: configuration, accounts))
        trust.webSocketUsers = try webSocketUsers(configuration, beside: trust.local)
        return BrokerMode(trust: trust, accounts: accounts.map { .configured(LocalAccount($0)) })
    }

    // MARK: Users

    private static func users(
        of configuration: BrokerConfiguration, _ accounts: [AccountConfiguration]
    ) throws(BrokerStartError) -> LocalUsers {
        var users = LocalUsers()
        users.noAuthUser = configuration.noAuthUser
        users.mapsCertificates = configuration.tls?.mapsCertificates ?? false
        for account in accounts {
            if account.name != AccountIdentity.global.text { users.accounts.insert(account.name) }
            users.accountLimits[account.name] = AccountLimits(account.limits)
        }
        if let authorization = configuration.authorization {
            try add(authorization, to: &users)
        }
        for account in accounts {
            for user in account.users {
                users.add(try local(user, of: account, default: account.defaultPermissions))
            }
        }
        return users
    }

    private static func add(
        _ authorization: AuthorizationConfiguration, to users: inout LocalUsers
    ) throws(BrokerStartError) {
        users.hasAuthorizationBlock = true
        users.hasUserList = authorization.users != nil
        users.callout = authorization.callout.map { callout in
            LocalCallout(
                issuer: callout.issuer, account: callout.account, users: Set(callout.users),
                allowedAccounts: Set(callout.allowedAccounts ?? []), xkey: callout.sealingKey?.text ?? "")
        }
        let global = AccountConfiguration(name: AccountIdentity.global.text)
        for user in authorization.users ?? [] {
            users.add(try local(user, of: global, default: authorization.defaultPermissions))
        }
        if let token = authorization.token {
            users.sharedToken = try local(
                "", StatedPassword(token.secret), proxyRequired: authorization.isProxyRequired)
        } else if let name = authorization.user {
            users.single = try local(
                name, authorization.password.map { StatedPassword($0.secret) },
                proxyRequired: authorization.isProxyRequired)
        }
    }

    /// The users for WebSockets, where these have a user or a token of their own, which take the place of the others'.
    private static func webSocketUsers(
        _ configuration: BrokerConfiguration, beside local: LocalUsers
    ) throws(BrokerStartError) -> LocalUsers? {
        guard let block = configuration.webSocket, block.user != nil || block.token != nil else { return nil }
        var users = local
        (users.single, users.sharedToken, users.noAuthUser) = (nil, nil, nil)
        users.hasAuthorizationBlock = true
        let proxyRequired = configuration.authorization?.isProxyRequired ?? false
        if let token = block.token {
            users.sharedToken = try Self.local("", StatedPassword(token.secret), proxyRequired: proxyRequired)
        } else if let name = block.user {
            users.single = try Self.local(
                name, block.password.map { StatedPassword($0.secret) }, proxyRequired: proxyRequired)
        }
        return users
    }

    /// The only user, or whoever has the token.
    private static func local(
        _ name: String, _ password: StatedPassword?, proxyRequired: Bool
    ) throws(BrokerStartError) -> LocalUser {
        do throws(ProgramFault) {
            return try LocalUser(name: name, password: password, proxyRequired: proxyRequired)
        } catch {
            throw tooComplex(name, error)
        }
    }

    private static func local(
        _ user: UserConfiguration, of account: AccountConfiguration, default permissions: PermissionsConfiguration?
    ) throws(BrokerStartError) -> LocalUser {
        let permissions = Permissions(user.permissions ?? permissions ?? PermissionsConfiguration())
        let limits = AccountLimits(account.limits)
        let types = (user.connectionTypes ?? []).map(\.rawValue).sorted()
        do throws(ProgramFault) {
            switch user.credential {
            case .key(let key):
                return try LocalUser(
                    name: user.name, key: key, account: account.name, accountLimits: limits, permissions: permissions,
                    allowedConnectionTypes: types, proxyRequired: user.isProxyRequired)
            case .password(let password):
                return try LocalUser(
                    name: user.name, password: password.map { StatedPassword($0.secret) }, account: account.name,
                    accountLimits: limits, permissions: permissions, allowedConnectionTypes: types,
                    proxyRequired: user.isProxyRequired)
            }
        } catch {
            throw tooComplex(user.name, error)
        }
    }

    private static func tooComplex(_ user: String, _ fault: ProgramFault) -> BrokerStartError {
        BrokerStartError(
            message: "the permissions of the user \"\(user)\" cannot be used: \(fault)",
            remedy: "write fewer entries, with fewer wildcards")
    }
}

// MARK: What a JWT would say

extension Permissions {
    init(_ configuration: PermissionsConfiguration) {
        self.init(
            publish: Permission(
                allow: configuration.publish.allow ?? [], deny: configuration.publish.deny),
            subscribe: Permission(
                allow: configuration.subscribe.allow ?? [], deny: configuration.subscribe.deny),
            response: configuration.responses.map { responses in
                ResponsePermission(
                    maxMessages: responses.maximumMessages ?? -1,
                    expires: responses.lifetime.map(\.nanoseconds) ?? -1)
            })
    }
}

extension AccountLimits {
    init(_ configuration: AccountConfiguration.Limits) {
        self = .unlimited
        func value(_ limit: Int?) -> Int64 { limit.map { Int64($0) } ?? AccountLimits.unlimitedValue }
        connections = value(configuration.connections)
        subscriptions = value(configuration.subscriptions)
        payload = value(configuration.payload)
        leafNodeConnections = value(configuration.leafNodes)
    }
}

extension LocalAccount {
    init(_ configuration: AccountConfiguration) {
        var claims = AccountClaims(subject: configuration.name, name: configuration.name)
        claims.limits = AccountLimits(configuration.limits)
        claims.exports = configuration.exports.map(Export.init)
        claims.trace = configuration.tracing.map {
            MessageTrace(destination: $0.destination, sampling: $0.sampling)
        }
        claims.imports = configuration.imports.map(Import.init)
        self.init(
            name: configuration.name, claims: claims,
            importers: configuration.exports.map { $0.accounts.map { Set($0) } },
            // The reader has looked at them.
            mappings: configuration.mappings.compactMap { mapping in
                try? SubjectMapping(
                    from: mapping.source,
                    to: mapping.destinations.map { .init($0.subject, weight: $0.weight, cluster: $0.cluster ?? "") })
            })
    }
}

extension ExportType {
    init(_ kind: SharingKind) {
        switch kind {
        case .stream: self = .stream
        case .service: self = .service
        }
    }
}

extension Export {
    init(_ configuration: ExportConfiguration) {
        self.init(subject: configuration.subject, type: ExportType(configuration.kind))
        accountTokenPosition = UInt(configuration.accountTokenPosition)
        responseThreshold = configuration.responseThreshold?.nanoseconds ?? 0
        allowTrace = configuration.allowsTrace
        latency = configuration.latency.map { ServiceLatency(sampling: $0.sampling ?? 0, results: $0.subject) }
        switch configuration.responseType {
        case .singleton: responseType = .singleton
        case .stream: responseType = .stream
        case .chunked: responseType = .chunked
        }
    }
}

extension Import {
    init(_ configuration: ImportConfiguration) {
        let local = configuration.prefix.map { "\($0).\(configuration.subject)" } ?? configuration.localSubject
        self.init(
            subject: configuration.subject, account: configuration.account, localSubject: local ?? "",
            type: ExportType(configuration.kind))
        share = configuration.shares
        allowTrace = configuration.allowsTrace
    }
}
