public import Claims
public import NKeys
import Subjects

/// An operator with the accounts of a set, made up to be run on a scratch server: every key is new, and who comes in from
/// where and when is left open, since that is not what is shown.
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
        for account in set.accounts { try add(account, graph) }
        for (number, account) in graph.accounts.enumerated() where account.policy == nil {
            try addElsewhere(account, number, graph)
        }
    }

    private mutating func add(_ account: PolicySet.Account, _ graph: AccessGraph) throws {
        let name = account.policy.account.value
        guard let pair = accountPairs[name] else { return }
        var claims = AccountClaims(subject: pair.publicKey.text, name: name)
        if account.policy.hasJetStream {
            claims.limits.jetStream.memoryStorage = -1
            claims.limits.jetStream.diskStorage = -1
            claims.limits.jetStream.streams = -1
            claims.limits.jetStream.consumers = -1
        }
        claims.exports = account.policy.exports.compactMap { Self.export($0) }
        claims.imports =
            try graph.accounts.first { $0.name == name }?.imports.compactMap { number in
                try importClaim(graph.sharings[number], graph)
            } ?? []
        for mapping in account.policy.mappings {
            guard let compiled = try? mapping.compiled() else { continue }
            claims.mappings[mapping.source.text] = compiled.shares().compactMap { share in
                share.transform.map { WeightedMapping(subject: $0.destination, weight: UInt8(share.percent)) }
            }
        }
        var settings = SettingsClaims(subject: pair.publicKey.text)
        for (role, compiled) in account.roles {
            let key = KeyPair.generate(.account)
            rolePairs[name, default: [:]][role] = key
            var template = compiled.template
            (template.sources, template.times, template.timeZone, template.allowedConnectionTypes) = ([], [], "", [])
            claims.setSigningKey(.scope(UserScope(key: key.publicKey.text, role: role, template: template)))
            settings.roles[key.publicKey.text] = compiled.settings
        }
        accounts.append((claims.subject, try claims.encode(signedBy: operatorPair, at: now)))
        self.settings.append(try settings.encode(signedBy: operatorPair, at: now))
    }

    private mutating func addElsewhere(_ account: AccessGraph.Account, _ number: Int, _ graph: AccessGraph) throws {
        guard let pair = accountPairs[account.name] else { return }
        var claims = AccountClaims(subject: pair.publicKey.text, name: account.name)
        claims.imports = try account.imports.compactMap { try importClaim(graph.sharings[$0], graph) }
        accounts.append((claims.subject, try claims.encode(signedBy: operatorPair, at: now)))
    }

    private static func export(_ export: ExportPolicy) -> Export? {
        guard let subject = export.subject else { return nil }
        var claim = Export(
            name: subject.text, subject: subject.text, type: export.kind == .stream ? .stream : .service,
            tokenRequired: export.isPrivate || !export.grants.isEmpty)
        if export.kind == .service {
            switch export.response.kind?.value {
            case .stream: claim.responseType = .stream
            case .chunked: claim.responseType = .chunked
            case .single, nil: claim.responseType = .singleton
            }
        }
        return claim
    }

    private func importClaim(_ sharing: AccessGraph.Sharing, _ graph: AccessGraph) throws -> Import? {
        let (importer, exporter) = (graph.accounts[sharing.importer].name, graph.accounts[sharing.exporter].name)
        guard let importing = accountPairs[importer], let exporting = accountPairs[exporter] else { return nil }
        let subject = sharing.toLocal.source.description
        let type: ExportType = sharing.kind == .stream ? .stream : .service
        var claim = Import(
            subject: subject, account: exporting.publicKey.text, localSubject: sharing.toLocal.destination, type: type)
        var leave = ActivationClaims(subject: importing.publicKey.text, name: subject)
        (leave.importSubject, leave.importType) = (subject, type)
        claim.token = try leave.encode(signedBy: exporting, at: now)
        return claim
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
        let claims = UserClaims(subject: pair.publicKey.text, name: name)
        return User(token: try claims.encode(signedBy: account, at: now), keyPair: pair)
    }
}
