public import Claims
public import NKeys
import Secrets

/// What a role grants to whoever holds it: the compiled permissions and the limits, with the claims they are from. One for
/// all holders of a scoped signing key.
public final class Grant: Sendable {
    public let account: AccountIdentity
    /// The key that signs the holders' JWTs; nil outside operator mode.
    public let issuer: PublicKey?
    /// The role's name; nil for a user with permissions of its own.
    public let role: String?
    public let source: RuleSource
    public let program: PermissionProgram
    public let isBearer: Bool
    /// Most subscriptions; nil for no limit.
    public let maximumSubscriptions: Int?
    /// Most payload bytes; nil for no limit but the server's.
    public let maximumPayload: Int?

    /// The restrictions on connecting. Permissions are left out: they are in ``program``.
    let limits: UserPermissionLimits
    /// What a user of the server's configuration was let in by, so that it is noticed when that changes; nil without.
    let password: StatedPassword?

    init(
        account: AccountIdentity, issuer: PublicKey?, role: String?, source: RuleSource, program: PermissionProgram,
        limits: UserPermissionLimits, accountLimits: AccountLimits?,
        password: StatedPassword? = nil
    ) {
        self.account = account
        self.issuer = issuer
        self.role = role
        self.source = source
        self.program = program
        var limits = limits
        limits.permissions = Permissions()
        self.limits = limits
        self.password = password
        isBearer = limits.bearerToken
        let unlimited = AccountLimits.unlimitedValue
        maximumSubscriptions = Self.least(limits.subscriptions, accountLimits?.subscriptions ?? unlimited)
        maximumPayload = Self.least(limits.payload, accountLimits?.payload ?? unlimited)
    }

    /// The lesser of two limits. Exactly -1 is no limit; other negative numbers allow nothing; what is over 32 bits is
    /// as good as 32 bits.
    private static func least(_ one: Int64, _ other: Int64) -> Int? {
        let limits = [one, other].filter { $0 != AccountLimits.unlimitedValue }
        return limits.map { Int(min(max($0, 0), Int64(Int32.max))) }.min()
    }
}
