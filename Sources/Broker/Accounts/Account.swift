import Authorization
import Claims
import NKeys
import Subjects

/// One tenant: its claims, its subjects, its connections. Nothing reaches another account but through the imports and
/// exports that both sides' claims state.
final class Account {
    let key: PublicKey
    /// The claims in force.
    var resolved: ResolvedAccount
    let interest = Interest()
    var sessions: [UInt64: Session] = [:]
    /// What this account's clients can subscribe to from other accounts.
    var streamImports: [StreamImport] = []
    /// The subscriptions in ``interest`` that lead to other accounts' services.
    var serviceImports: [Subscription] = []
    /// The way back for answers to requests that came in from other accounts.
    var replies = ReplyRoutes()

    init(_ resolved: ResolvedAccount) {
        key = resolved.key
        self.resolved = resolved
    }

    var claims: AccountClaims { resolved.claims }

    /// Most connections; nil for no limit.
    var maximumConnections: Int? {
        let limit = claims.limits.connections
        return limit == AccountLimits.unlimitedValue ? nil : Int(min(max(limit, 0), Int64(Int32.max)))
    }
}
