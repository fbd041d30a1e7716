public import Claims
public import Subjects

/// An account of the server's own configuration: what a JWT would say of one, and whom its exports are for.
public struct LocalAccount: Sendable {
    public let name: String
    /// Imports, exports, limits and all else, in the form in which a JWT has them. Accounts are called by their names.
    public let claims: AccountClaims
    /// For each of the exports the accounts that may import it; nil for all.
    private let importers: [Set<String>?]
    /// Its subject mappings, in the order in which they are looked through.
    public let mappings: [SubjectMapping]

    /// - Parameters:
    ///   - name: what the account is called.
    ///   - importers: for each export of the claims the accounts that may import it, nil for all. An export that it says
    ///     nothing of is for nobody.
    public init(
        name: String, claims: AccountClaims? = nil, importers: [Set<String>?] = [], mappings: [SubjectMapping] = []
    ) {
        self.name = name
        self.claims = claims ?? AccountClaims(subject: name, name: name)
        self.importers = importers
        self.mappings = mappings
    }

    /// The same account with further exports, which are for everybody.
    public func offering(_ exports: [Export]) -> LocalAccount {
        guard !exports.isEmpty else { return self }
        var claims = claims
        let missing = max(claims.exports.count - importers.count, 0)
        let importers = importers + [Set<String>?](repeating: [], count: missing)
        claims.exports += exports
        return LocalAccount(
            name: name, claims: claims, importers: importers + exports.map { _ in nil }, mappings: mappings)
    }

    /// Whether an account may import the export at a place in the list.
    func admits(_ importer: String, to export: Int) -> Bool {
        guard importers.indices.contains(export) else { return false }
        return importers[export]?.contains(importer) ?? true
    }
}
