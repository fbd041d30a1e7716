import Authorization
import Claims
import Subjects

/// What says what an account is.
enum AccountDefinition: Sendable {
    /// A JWT.
    case token(ResolvedAccount)
    /// The server's configuration.
    case configured(LocalAccount)
    /// Nothing any more: it was deleted, or the configuration has it no longer. It keeps its place, with nobody in it:
    /// nobody signs in to it, nothing is imported from it.
    case removed(AccountIdentity, wasDeleted: Bool)

    var identity: AccountIdentity {
        switch self {
        case .token(let resolved): .key(resolved.key)
        case .configured(let account): .name(account.name)
        case .removed(let identity, wasDeleted: _): identity
        }
    }

    var claims: AccountClaims {
        switch self {
        case .token(let resolved): resolved.claims
        case .configured(let account): account.claims
        case .removed(let identity, wasDeleted: _): AccountClaims(subject: identity.text)
        }
    }

    /// The same under other settings of the account.
    func under(_ settings: ResolvedSettings?) -> AccountDefinition {
        if case .token(let resolved) = self { .token(resolved.under(settings)) } else { self }
    }

    /// The account's JWT; nil for an account of the configuration.
    var resolved: ResolvedAccount? {
        if case .token(let resolved) = self { resolved } else { nil }
    }
}

/// What is in force for one account at some moment: its claims and what its imports come to. Immutable; the control plane
/// makes it and every shard puts it in place.
final class AccountState: Sendable {
    /// The account's place in every shard's table.
    let number: Int
    let definition: AccountDefinition
    let streamImports: [StreamImport]
    let serviceImports: [ServiceImport]
    /// In the order in which they are looked through.
    let mappings: [SubjectMapping]
    /// Whether the server itself asks here, an authentication callout or for accounts, so that answers may come in.
    let hasInbox: Bool

    init(
        number: Int, definition: AccountDefinition, streamImports: [StreamImport] = [],
        serviceImports: [ServiceImport] = [], mappings: [SubjectMapping] = [], hasInbox: Bool = false
    ) {
        self.number = number
        self.definition = definition
        self.streamImports = streamImports
        self.serviceImports = serviceImports
        self.mappings = mappings
        self.hasInbox = hasInbox
    }

    var identity: AccountIdentity { definition.identity }
    var claims: AccountClaims { definition.claims }
    /// The account's JWT; nil for an account of the configuration.
    var resolved: ResolvedAccount? { definition.resolved }
    /// Whether somebody may be in it.
    var isHeld: Bool {
        if case .removed = definition { return false }
        return true
    }
    /// Whether it was deleted, not only taken out of the configuration.
    var wasDeleted: Bool {
        if case .removed(_, wasDeleted: true) = definition { return true }
        return false
    }
    /// Most connections; nil for no limit.
    var maximumConnections: Int? {
        let limit = claims.limits.connections
        return limit == AccountLimits.unlimitedValue ? nil : Int(min(max(limit, 0), Int64(Int32.max)))
    }
}
