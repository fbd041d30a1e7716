public import Claims
public import NKeys

/// Whose a credential is: names and keys, nothing that could be used.
public struct Claimant: Sendable, Hashable {
    public let account: PublicKey
    public let user: PublicKey
    /// The user's name, or its key where the JWT has none.
    public let name: String
    /// The version of the user JWT.
    public let token: TokenVersion
    /// The `jti` of the user JWT.
    public let tokenID: String
    /// The key that signed the user JWT: the account's identity or one of its signing keys.
    public let issuer: PublicKey
}

/// Somebody who was let in, with everything that was decided about them on the way: the effective user, after the
/// template of a scoped signing key was filled in.
public final class Principal: Sendable {
    public let claimant: Claimant
    /// The role of the scoped signing key; nil for a user with permissions of its own.
    public let role: String?
    /// When the user JWT was issued, Unix seconds: what revocations compare with.
    public let issuedAt: Int64
    /// When the connection has to end, Unix seconds: the JWT's expiry or the end of the present time window. Nil for
    /// never.
    public let endsAt: Int64?
    public let isBearer: Bool
    /// Whether the user has no permissions of its own and so lives under the account's default permissions.
    public let usesDefaultPermissions: Bool
    /// Most subscriptions; nil for no limit.
    public let maximumSubscriptions: Int?
    /// Most payload bytes; nil for no limit but the server's.
    public let maximumPayload: Int?
    public let program: PermissionProgram

    /// The credential itself, kept to be reviewed when the account's claims change. Never the token's text.
    let candidate: Candidate

    /// The account whose subjects the connection lives in.
    public var account: PublicKey { claimant.account }
    public var user: PublicKey { claimant.user }
    public var name: String { claimant.name }

    init(
        candidate: Candidate, role: String?, endsAt: Int64?, isBearer: Bool,
        usesDefaultPermissions: Bool, maximumSubscriptions: Int?, maximumPayload: Int?, program: PermissionProgram
    ) {
        self.candidate = candidate
        claimant = candidate.claimant
        self.role = role
        issuedAt = candidate.claims.issuedAt
        self.endsAt = endsAt
        self.isBearer = isBearer
        self.usesDefaultPermissions = usesDefaultPermissions
        self.maximumSubscriptions = maximumSubscriptions
        self.maximumPayload = maximumPayload
        self.program = program
    }
}
