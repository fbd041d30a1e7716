import Authorization
import Claims
import NKeys
import Subjects

/// Reads an account that is in force as if a file had said all of it.
struct InForceReader {
    let account: AccountInForce
    /// Accounts' names, and their claims, by their keys.
    let names: [String: String]
    let accounts: [String: AccountClaims]
    let isStrict: Bool
    let now: Int64
    var keys = RoleKeys()
    /// The role of each signing key.
    var roles: [String: String] = [:]
    var refusals: [String: String] = [:]
    var ownRoles: [String: String] = [:]

    var claims: AccountClaims { account.claims }

    init(
        _ account: AccountInForce, names: [String: String], claims: [String: AccountClaims], isStrict: Bool,
        at now: Int64
    ) {
        (self.account, self.names, accounts) = (account, names, claims)
        (self.isStrict, self.now) = (isStrict, now)
        keys.defaultPermissions = account.claims.defaultPermissions
    }

    mutating func read() -> PolicySet.Account {
        var policy = AccountPolicy()
        policy.account = Placed(claims.name, place(""))
        if claims.limits.isJetStreamEnabled { policy.limits.jetStream = JetStreamLimitsPolicy() }
        policy.exports = claims.exports.enumerated().compactMap { export($0.element, $0.offset) }
        policy.imports = claims.imports.enumerated().compactMap { imported($0.element, $0.offset) }
        policy.mappings = claims.mappings.map { source, destinations in
            MappingPolicy(source, destinations, place("/nats/mappings/\(source)"))
        }
        policy.streams = account.policy?.policy.streams ?? []
        addRoles()
        policy.users = users()
        policy.roles = keys.composed.values.sorted { $0.name < $1.name }
        var result = PolicySet.Account(policy: policy, keys: keys, source: PolicySource("", file: ""))
        (result.refusals, result.ownRoles, result.tags) = (refusals, ownRoles, claims.tags)
        result.barred = Set(keys.compiled.values.filter { $0.complexity != nil }.map(\.name))
        return result
    }

    // MARK: Places

    /// Where an entry stands: in a file, or else in the claims.
    func places(_ pointer: String) -> [PolicyPosition] {
        account.sources.places[pointer] ?? [PolicyPosition(claims: claims.name, pointer)]
    }

    func place(_ pointer: String) -> PolicyPosition {
        places(pointer).first ?? PolicyPosition(claims: claims.name, pointer)
    }

    // MARK: What is shared

    private func export(_ export: Export, _ index: Int) -> ExportPolicy? {
        guard let kind = ExportPolicy.Kind(export.type) else { return nil }
        let position = place("/nats/exports/\(index)")
        var policy = ExportPolicy(position: position)
        policy.kind = kind
        policy.subject = PolicySubject(export.subject, position)
        policy.isPrivate = export.tokenRequired
        guard export.tokenRequired else { return policy }
        for importer in accounts.values.sorted(by: { $0.name < $1.name }) {
            for item in importer.imports where item.account == claims.subject && item.type == export.type {
                guard let token = try? ActivationClaims.decode(item.token), counts(item, of: importer),
                    let wide = SubscribeEntry(export.subject), let narrow = SubscribeEntry(token.importSubject),
                    narrow.pattern.isContained(in: wide.pattern)
                else { continue }
                policy.grants.append(
                    ExportPolicy.Grant(
                        account: Placed(importer.name, position), only: PolicySubject(token.importSubject, position),
                        until: token.expires == 0 ? nil : Placed(token.expires, position), position: position))
            }
        }
        return policy
    }

    /// Nil for what does not count now.
    private func imported(_ item: Import, _ index: Int) -> ImportPolicy? {
        guard let kind = ExportPolicy.Kind(item.type), counts(item, of: claims) else { return nil }
        let position = place("/nats/imports/\(index)")
        var policy = ImportPolicy(position: position)
        policy.kind = kind
        policy.subject = PolicySubject(ImportUse.remoteSubject(of: item), position)
        policy.from = Placed(names[item.account] ?? item.account, position)
        policy.local = PolicySubject(item.calledSubject, position)
        return policy
    }

    /// Whether the exporter lets the importer have it; taken for granted of accounts that are not known here.
    private func counts(_ item: Import, of importer: AccountClaims) -> Bool {
        guard let exporter = accounts[item.account] else { return true }
        guard let key = try? PublicKey(importer.subject) else { return false }
        return (try? ImportUse.grant(item, importer: .key(key), exporter: exporter, at: now)) != nil
    }
}

extension Import {
    /// What the importer calls it.
    var calledSubject: String {
        if !localSubject.isEmpty { return localSubject }
        return to.isEmpty || type == .service ? subject : "\(to).\(subject)"
    }
}

extension ExportPolicy.Kind {
    /// Nil for what no server takes.
    init?(_ type: ExportType) {
        switch type {
        case .stream: self = .stream
        case .service: self = .service
        case .unknown: return nil
        }
    }
}

extension PolicyPosition {
    /// A place in claims.
    ///
    /// - Parameters:
    ///   - owner: whose claims they are.
    ///   - pointer: into their JSON, such as `/nats/exports/0`.
    init(claims owner: String, _ pointer: String) {
        self.init(file: pointer.isEmpty ? owner : "\(owner):\(pointer)", line: 0, column: 0)
    }

    /// What places in claims, which have no lines, are sorted as where they stand among those of files.
    var inOrder: PolicyPosition { line == 0 ? PolicyPosition(file: "", line: 0, column: 0) : self }
}
