public import Claims
public import NKeys
import Subjects

/// An operator with the accounts of a set, made up to be run on a scratch server: its claims are those that are applied, but
/// every key is new, and limits and who comes in from where and when are left open, since that is not what is shown.
public struct ScratchOperator: Sendable {
    /// Somebody who can sign in.
    public struct User: Sendable {
        public let token: String
        public let keyPair: KeyPair
    }

    private let operatorPair = KeyPair.generate(.operator)
    private let systemPair = KeyPair.generate(.account)
    private var accountPairs: [String: KeyPair] = [:]
    private var rolePairs: [String: [String: KeyPair]] = [:]
    private let now: Int64

    /// The operator's token.
    public let token: String
    /// The tokens of the accounts by public key, the system account's among them.
    public private(set) var accounts: [(key: String, token: String)] = []
    /// The settings of accounts that have any.
    public private(set) var settings: [String] = []
    public var systemAccount: String { systemPair.publicKey.text }

    /// - Parameter now: Unix seconds.
    /// - Throws: what signing throws.
    public init(_ set: PolicySet, at now: Int64) throws {
        self.now = now
        var claims = OperatorClaims(subject: operatorPair.publicKey.text, name: "scratch")
        claims.systemAccount = systemPair.publicKey.text
        token = try claims.encode(signedBy: operatorPair, at: now)
        for account in set.manifest.accounts { accountPairs[account.name.value] = KeyPair.generate(.account) }
        let system = AccountClaims(subject: systemPair.publicKey.text, name: "SYS")
        accounts.append((system.subject, try system.encode(signedBy: operatorPair, at: now)))
        let graph = AccessGraph(set)
        for account in set.accounts {
            guard let compiled = set.compiled(account.policy.account.value) else { continue }
            try add(compiled, hasJetStream: account.policy.hasJetStream)
        }
        for (number, account) in graph.accounts.enumerated() where account.policy == nil {
            try addElsewhere(account, number, graph)
        }
    }

    private mutating func add(_ compiled: CompiledAccount, hasJetStream: Bool) throws {
        let name = compiled.name
        guard let pair = accountPairs[name] else { return }
        var keys = AccountKeys(account: pair.publicKey.text, accounts: accountPairs.mapValues(\.publicKey.text))
        var settings = SettingsClaims(subject: pair.publicKey.text)
        for role in compiled.roles {
            let key = KeyPair.generate(.account)
            rolePairs[name, default: [:]][role.name] = key
            keys.roles[role.name] = key.publicKey.text
            settings.roles[key.publicKey.text] = role.settings
        }
        for item in compiled.imports {
            keys.activations[item.identity] = try activation(
                item.claim.subject, item.claim.type, from: item.from, to: name)
        }
        var claims = try compiled.claims(keys)
        open(&claims, hasJetStream: hasJetStream)
        accounts.append((claims.subject, try claims.encode(signedBy: operatorPair, at: now)))
        self.settings.append(try settings.encode(signedBy: operatorPair, at: now))
    }

    /// What has nothing to do with subjects stands in nobody's way.
    private func open(_ claims: inout AccountClaims, hasJetStream: Bool) {
        claims.limits = AccountClaims(subject: "").limits
        if hasJetStream {
            claims.limits.jetStream.memoryStorage = -1
            claims.limits.jetStream.diskStorage = -1
            claims.limits.jetStream.streams = -1
            claims.limits.jetStream.consumers = -1
        }
        for var scope in claims.signingKeys.compactMap(\.scope) {
            (scope.template.sources, scope.template.times) = ([], [])
            (scope.template.timeZone, scope.template.allowedConnectionTypes) = ("", [])
            claims.setSigningKey(.scope(scope))
        }
    }

    private mutating func addElsewhere(_ account: AccessGraph.Account, _ number: Int, _ graph: AccessGraph) throws {
        guard let pair = accountPairs[account.name] else { return }
        var claims = AccountClaims(subject: pair.publicKey.text, name: account.name)
        claims.imports = try account.imports.compactMap { try importClaim(graph.sharings[$0], graph) }
        accounts.append((claims.subject, try claims.encode(signedBy: operatorPair, at: now)))
    }

    private func importClaim(_ sharing: AccessGraph.Sharing, _ graph: AccessGraph) throws -> Import? {
        let (importer, exporter) = (graph.accounts[sharing.importer].name, graph.accounts[sharing.exporter].name)
        guard let exporting = accountPairs[exporter] else { return nil }
        let subject = sharing.toLocal.source.description
        let type: ExportType = sharing.kind == .stream ? .stream : .service
        var claim = Import(
            subject: subject, account: exporting.publicKey.text, localSubject: sharing.toLocal.destination, type: type)
        claim.token = try activation(subject, type, from: exporter, to: importer)
        return claim
    }

    /// The exporter's leave, whether it is needed or not: what is granted was checked when the set was read.
    private func activation(
        _ subject: String, _ type: ExportType, from exporter: String, to importer: String
    ) throws -> String {
        guard let importing = accountPairs[importer], let exporting = accountPairs[exporter] else { return "" }
        var leave = ActivationClaims(subject: importing.publicKey.text, name: subject)
        (leave.importSubject, leave.importType) = (subject, type)
        return try leave.encode(signedBy: exporting, at: now)
    }

    // MARK: Users

    /// Somebody in a role; in an account that is managed elsewhere, anybody.
    public func user(_ who: AccessRoute.Who) throws -> User? {
        guard let account = accountPairs[who.account] else { return nil }
        guard let role = rolePairs[who.account]?[who.role] else { return try observer(of: who.account) }
        let pair = KeyPair.generate(.user)
        var claims = UserClaims(subject: pair.publicKey.text, name: who.name)
        claims.issuerAccount = account.publicKey.text
        claims.limits = .scoped
        claims.tags = who.tags
        return User(token: try claims.encode(signedBy: role, at: now), keyPair: pair)
    }

    /// Somebody who may do anything in an account.
    public func observer(of account: String) throws -> User? {
        try accountPairs[account].map { try user("observer", $0) }
    }

    public func systemUser() throws -> User { try user("system", systemPair) }

    private func user(_ name: String, _ account: KeyPair) throws -> User {
        let pair = KeyPair.generate(.user)
        var claims = UserClaims(subject: pair.publicKey.text, name: name)
        // Without any of its own it would have the account's, which are none.
        claims.limits.permissions = Permissions(publish: Permission(allow: [">"]), subscribe: Permission(allow: [">"]))
        return User(token: try claims.encode(signedBy: account, at: now), keyPair: pair)
    }
}
