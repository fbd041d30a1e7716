public import Claims
public import NKeys

/// An account: by its key in operator mode, by its name in a server's configuration.
public enum AccountIdentity: Sendable, Hashable, CustomStringConvertible {
    case key(PublicKey)
    case name(String)

    /// The account that a server without configured accounts puts everybody into.
    public static let global = AccountIdentity.name("$G")

    public var text: String {
        switch self {
        case .key(let key): key.text
        case .name(let name): name
        }
    }

    public var description: String { text }

    /// The account's key, in operator mode.
    public var key: PublicKey? {
        if case .key(let key) = self { key } else { nil }
    }
}

/// The kinds of credentials by which somebody can be let in.
public enum CredentialKind: UInt8, Sendable, Hashable, CaseIterable {
    /// A user JWT.
    case token
    /// A key that the server's configuration knows.
    case nkey
    /// A client certificate.
    case certificate
    /// A user name and its password.
    case password
    /// The one token that a server's configuration has.
    case sharedToken
    /// Nothing, where the configuration says whom that stands for.
    case none
    /// The word of an authentication callout.
    case callout
    /// The user JWT that the server keeps for clients without one.
    case sentinel
}

/// Whose a credential is: names and keys, nothing that could be used.
public struct Claimant: Sendable, Hashable {
    public let account: AccountIdentity
    public let kind: CredentialKind
    /// Nil for users without keys.
    public let user: PublicKey?
    /// The user's name, or its key where the JWT has none.
    public let name: String
    /// The version of the user JWT.
    public let token: TokenVersion?
    /// The `jti` of the user JWT; empty without one.
    public let tokenID: String
    /// The key that signed the user JWT: the account's identity or one of its signing keys.
    public let issuer: PublicKey?
}

/// Somebody who was let in, with everything that was decided about them on the way: the effective user, after the
/// template of a scoped signing key was filled in.
///
/// What holds for all holders of a role stands in ``grant``, which they share.
public final class Principal: Sendable {
    /// What the role grants, shared by all its holders.
    public let grant: Grant
    /// What the user may do: the role's program, filled in.
    public let permissions: EffectivePermissions
    /// When the connection has to end, Unix seconds: the JWT's expiry or the end of the present time window. Nil for
    /// never.
    public var endsAt: Int64? { end == 0 ? nil : end }
    /// The key of the proxy that the connection came through, if one vouched for it.
    public var proxy: PublicKey? { vouching?.key }
    /// The user's key; nil for users without keys.
    public let user: PublicKey?

    // The rest of the credential, kept to be reviewed when the account's claims change; its texts are in the block of
    // the permissions' values. Never the token's text.
    let version: TokenVersion?
    let kind: CredentialKind
    /// When the user JWT was issued, Unix seconds: what revocations compare with.
    public let issuedAt: Int64
    let expires: Int64
    let own: UserCredential.Own?
    private let end: Int64
    private let vouching: Vouching?

    /// A proxy that vouched, kept apart because most connections have none.
    private final class Vouching: Sendable {
        let key: PublicKey

        init(_ key: PublicKey) {
            self.key = key
        }
    }

    /// The account whose subjects the connection lives in.
    public var account: AccountIdentity { grant.account }
    public var name: String { UserCredential(self).shownName }
    public var program: PermissionProgram { permissions.program }
    /// The role of the scoped signing key; nil for a user with permissions of its own.
    public var role: String? { grant.role }
    public var isBearer: Bool { grant.isBearer }
    /// Whether neither the user nor its role says anything of permissions, so that the account's default ones count.
    public var usesDefaultPermissions: Bool {
        if case .accountDefaults = grant.source { true } else { false }
    }
    /// Most subscriptions; nil for no limit.
    public var maximumSubscriptions: Int? { grant.maximumSubscriptions }
    /// Most payload bytes; nil for no limit but the server's.
    public var maximumPayload: Int? { grant.maximumPayload }

    public var claimant: Claimant { UserCredential(self).claimant(account: grant.account, issuer: grant.issuer) }

    init(
        grant: Grant, credential: UserCredential, permissions: EffectivePermissions, endsAt: Int64?, proxy: PublicKey?
    ) {
        self.grant = grant
        self.permissions = EffectivePermissions(
            program: permissions.program, values: permissions.values.with(trailer: credential.texts.bytes),
            standing: permissions.standing)
        user = credential.user
        version = credential.version
        kind = credential.kind
        issuedAt = credential.issuedAt
        expires = credential.expires
        own = credential.own
        end = endsAt ?? 0
        vouching = proxy.map(Vouching.init)
    }

    /// The words for a rule that decided about this principal.
    public func explain(_ rule: Rule) -> RuleExplanation {
        permissions.program.explain(rule, source: grant.source)
    }
}
