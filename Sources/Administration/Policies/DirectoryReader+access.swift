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
        var access: [String: AccountAccess] = [:]
        for account in try accounts(of: self.operator(at: place)) {
            access[account.name] = try presentState(of: account).access(subject: account.publicKey.text, names: names)
        }
        return access
    }
}

extension DirectoryReader {
    /// An account as it is written out as a policy file.
    public func policySource(of account: AccountEntry) throws -> PolicyExporter.Source {
        var source = PolicyExporter.Source(claims: try account.claims())
        source.users = try declaredUsers(of: account.publicKey)
        source.descriptions = try policyDescriptions(of: account.publicKey)
        let settings = try settings(of: account.publicKey)
        for scope in source.claims.signingKeys.compactMap(\.scope) {
            source.replies[scope.role] = settings?.roles[scope.key]?.replies ?? .any
        }
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
