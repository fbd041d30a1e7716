/// The claims of a user: who may connect to an account, and what that user may do.
///
/// ```swift
/// var user = UserClaims(subject: pair.publicKey.text, name: "alice")
/// user.limits.permissions.subscribe.allow = ["prices.>"]
/// user.issuerAccount = account.subject  // since a signing key signs
/// let jwt = try user.encode(signedBy: signer, at: now)
/// ```
public struct UserClaims: ClaimSet {
    public var kind: ClaimKind { .user }
    public var any: AnyClaims { .user(self) }
    public var common: CommonClaims
    public var tags: [String] = []
    public internal(set) var formatVersion = 2
    /// The text of `nats.type` as it was read; only version 1 tokens can lack it.
    var typeText = ClaimKind.user.rawValue

    /// Permissions and limits; ``UserPermissionLimits/scoped`` when a scoped key signs.
    public var limits: UserPermissionLimits
    /// `issuer_account`: the account's public key, when one of its signing keys signs instead.
    public var issuerAccount = ""

    /// Claims about the user key `subject`, without limits.
    public init(subject: String, name: String = "", limits: UserPermissionLimits = UserPermissionLimits()) {
        common = CommonClaims(name: name, subject: subject)
        self.limits = limits
    }

    /// The account that the user belongs to: ``issuerAccount``, or else the issuer itself.
    public var account: String { issuerAccount.isEmpty ? issuer : issuerAccount }
}
