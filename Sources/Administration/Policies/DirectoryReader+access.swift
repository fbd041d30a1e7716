public import Claims
import NKeys
public import Policy

extension DirectoryReader {
    /// The names of an operator's accounts by their keys.
    public func accountNames(at place: Place) throws -> [String: String] {
        Dictionary(
            try accounts(of: self.operator(at: place)).map { ($0.publicKey.text, $0.name) },
            uniquingKeysWith: { first, _ in first })
    }

    /// What the accounts of an operator allow now, by their names.
    public func accountAccess(at place: Place) throws -> [String: AccountAccess] {
        let names = try accountNames(at: place)
        let (finder, exports) = (SourceFinder(self, names), ExportsFinder(self))
        var access: [String: AccountAccess] = [:]
        for account in try accounts(of: self.operator(at: place)) {
            access[account.name] = try presentState(of: account).access(
                subject: account.publicKey.text, names: names, finder: finder, exports: exports.now)
        }
        return access
    }
}

extension DirectoryReader {
    /// Accounts as they are written out as policy files.
    func policySources(of accounts: [AccountEntry]) throws -> [PolicyExporter.Source] {
        let finder = SourceFinder(self, [:])
        var sources = try accounts.map { try policySource(of: $0, finder) }
        guard let first = accounts.first, sources.contains(where: { $0.file != nil }) else { return sources }
        let names = try accountNames(at: Place(operator: EntityReference(first.operator)))
        for index in sources.indices { sources[index].neighbours = names }
        return sources
    }

    private func policySource(of account: AccountEntry, _ finder: SourceFinder) throws -> PolicyExporter.Source {
        var source = PolicyExporter.Source(claims: try account.claims())
        source.users = try declaredUsers(of: account.publicKey)
        source.descriptions = try policyDescriptions(of: account.publicKey)
        let settings = try settings(of: account.publicKey)
        for scope in source.claims.signingKeys.compactMap(\.scope) {
            source.replies[scope.role] = settings?.roles[scope.key]?.replies ?? .any
        }
        guard let governed = try governedState(of: account.publicKey), let texts = governed.texts else { return source }
        source.leaves = governed.leaves
        guard let set = finder.set(texts) else { return source }
        source.file = set.appliedFile(of: account.name)
        source.origins = set.roleOrigins(of: account.name)
        return source
    }
}

extension StoreContent {
    /// The claims of every account but the system accounts, by operator and in the order of the store.
    public var accountClaims: [AccountClaims] {
        operators.flatMap { entry in
            entry.accounts.map(\.claims).filter { $0.subject != entry.claims.systemAccount }
        }
    }

    /// The names of the operators.
    public var operatorNames: [String] { operators.map(\.claims.name) }
}
