import Authorization
import Claims
import NIOCore
import NKeys

/// Where account JWTs come from that the broker does not hold yet.
enum AccountResolver: Sendable {
    /// From nowhere: there are those that the configuration has, and those that updates bring.
    case memory
    case folder(FolderResolver)
    case server(ServerResolver)

    /// Whether an account that is not held may be had.
    var canFetch: Bool {
        if case .memory = self { return false }
        return true
    }

    /// Opens what a configuration names.
    ///
    /// - Parameter systemAccount: has to be there from the start.
    /// - Returns: the resolver, and the accounts to begin with, as it has them.
    static func open(
        _ settings: BrokerConfiguration, systemAccount: PublicKey?, environment: BrokerEnvironment
    ) async throws -> (resolver: AccountResolver, accounts: [BrokerConfiguration.PreloadedAccount]) {
        switch settings.resolver {
        case .memory, nil:
            return (.memory, settings.preloadedAccounts)
        case .url(let url):
            guard settings.preloadedAccounts.isEmpty else {
                throw BrokerStartError(
                    message: "an account server is only read from, so nothing can be preloaded into it",
                    remedy: "remove resolver_preload, or use a resolver of type full")
            }
            let server = ServerResolver(url, tls: try ResolverTLS.configuration(settings))
            do {
                try await server.probe()
                let token = if let systemAccount { try? await server.token(of: systemAccount) } else { String?.none }
                return (.server(server), [preloaded(systemAccount, token)].compactMap(\.self))
            } catch {
                try? await server.shutDown()
                throw error
            }
        case .directory(let configuration):
            return try open(configuration, settings, systemAccount, environment)
        }
    }

    private static func open(
        _ configuration: DirectoryResolverConfiguration, _ settings: BrokerConfiguration, _ systemAccount: PublicKey?,
        _ environment: BrokerEnvironment
    ) throws -> (AccountResolver, [BrokerConfiguration.PreloadedAccount]) {
        let now = environment.moment().seconds
        let folder: FolderResolver
        do {
            folder = try FolderResolver(configuration, preloaded: settings.preloadedAccounts, now: now) {
                environment.log(.warning, "\($0): passed over")
            }
        } catch {
            throw BrokerStartError(
                message: "the resolver's folder cannot be used: \(error.message)",
                remedy: "correct dir in the resolver, or give this process the right to write there")
        }
        let wanted = settings.preloadedAccounts.compactMap(\.key) + [systemAccount].compactMap(\.self)
        let kept = try folder.runNow { store in
            var seen: Set<PublicKey> = []
            var kept: [PublicKey: String] = [:]
            for key in wanted where seen.insert(key).inserted { kept[key] = try store.load(key, now: now) }
            return kept
        }
        var accounts = settings.preloadedAccounts.map { account in
            account.key.flatMap { kept[$0] }.map { .init(account: account.account, jwt: $0) } ?? account
        }
        if let systemAccount, !accounts.contains(where: { $0.account == systemAccount.text }),
            let account = preloaded(systemAccount, kept[systemAccount])
        {
            accounts.append(account)
        }
        return (.folder(folder), accounts)
    }

    private static func preloaded(
        _ key: PublicKey?, _ token: String?
    ) -> BrokerConfiguration.PreloadedAccount? {
        guard let key, let token else { return nil }
        return .init(account: key.text, jwt: token)
    }

    /// Fetches an account. What is no JWT of it that a trusted operator signed is as good as nothing (rule S8).
    func fetch(
        _ key: PublicKey, trust: Trust, at now: Int64, on eventLoop: any EventLoop
    ) -> EventLoopFuture<ResolvedAccount?> {
        switch self {
        case .memory:
            return eventLoop.makeSucceededFuture(nil)
        case .folder(let folder):
            return folder.run(on: eventLoop) { store in
                try store.load(key, now: now).flatMap { Self.resolved($0, key, trust) }
            }
        case .server(let server):
            return eventLoop.makeFutureWithTask {
                try await server.token(of: key).flatMap { Self.resolved($0, key, trust) }
            }
        }
    }

    private static func resolved(_ token: String, _ key: PublicKey, _ trust: Trust) -> ResolvedAccount? {
        guard let account = try? ResolvedAccount(token: token), account.key == key, trust.signed(account.claims) else {
            return nil
        }
        return account
    }

    func shutDown() async throws {
        switch self {
        case .memory: break
        case .folder(let folder): try await folder.shutDown()
        case .server(let server): try await server.shutDown()
        }
    }
}

extension BrokerConfiguration.PreloadedAccount {
    /// The account's key; nil where the configuration has something else in its place.
    var key: PublicKey? { (try? PublicKey(account)).flatMap { $0.kind == .account ? $0 : nil } }
}
