import Authorization
import Claims
import NKeys
import Subjects

/// What is in force for one account at some moment: its claims and what its imports come to. Immutable; the control plane
/// makes it and every shard puts it in place.
final class AccountState: Sendable {
    /// The account's place in every shard's table.
    let number: Int
    let resolved: ResolvedAccount
    let streamImports: [StreamImport]
    let serviceImports: [ServiceImport]
    /// In the order in which they are looked through.
    let mappings: [SubjectMapping]
    /// Whether it was deleted: nobody signs in to it, nothing is imported from it. Its number stays its own.
    let isDeleted: Bool

    init(
        number: Int, resolved: ResolvedAccount, streamImports: [StreamImport] = [],
        serviceImports: [ServiceImport] = [], mappings: [SubjectMapping] = [], isDeleted: Bool = false
    ) {
        self.number = number
        self.resolved = resolved
        self.streamImports = streamImports
        self.serviceImports = serviceImports
        self.mappings = mappings
        self.isDeleted = isDeleted
    }

    var key: PublicKey { resolved.key }

    var claims: AccountClaims { resolved.claims }

    /// Most connections; nil for no limit.
    var maximumConnections: Int? {
        let limit = claims.limits.connections
        return limit == AccountLimits.unlimitedValue ? nil : Int(min(max(limit, 0), Int64(Int32.max)))
    }
}
