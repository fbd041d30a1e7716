import Claims
import NKeys

/// What somebody brought along, read and proved, without what could be used: the small part of a user JWT that is needed
/// again when claims change, or a user of the server's configuration.
struct UserCredential: Sendable {
    /// Permissions and limits of a user's own. Most users of roles have none, so they are kept apart.
    final class Own: Sendable {
        let limits: UserPermissionLimits

        init(_ limits: UserPermissionLimits) {
            self.limits = limits
        }
    }

    let kind: CredentialKind
    let user: PublicKey?
    let name: String
    let tags: [String]
    let version: TokenVersion?
    let tokenID: String
    let issuedAt: Int64
    let expires: Int64
    let notBefore: Int64
    /// Nil for a JWT without any.
    let own: Own?

    init(_ claims: UserClaims, user: PublicKey, version: TokenVersion, kind: CredentialKind) {
        self.kind = kind
        self.user = user
        self.version = version
        name = claims.name
        tags = claims.tags
        tokenID = claims.common.id
        issuedAt = claims.issuedAt
        expires = claims.expires
        notBefore = claims.notBefore
        own = claims.limits.isEmpty ? nil : Own(claims.limits)
    }

    init(local user: LocalUser, kind: CredentialKind) {
        self.kind = kind
        self.user = user.key
        name = user.name
        tags = []
        version = nil
        tokenID = ""
        issuedAt = 0
        expires = user.deadline ?? 0
        notBefore = 0
        own = nil
    }

    var shownName: String { name.isEmpty ? user?.text ?? "" : name }

    /// What templates are filled with.
    var values: PermissionTemplate.Values {
        var values = PermissionTemplate.Values()
        values.name = name
        values.subject = user?.text ?? ""
        values.tags = tags
        return values
    }

    func claimant(account: AccountIdentity, issuer: PublicKey?) -> Claimant {
        Claimant(
            account: account, kind: kind, user: user, name: shownName, token: version, tokenID: tokenID, issuer: issuer)
    }

    /// The times of a JWT: it is still valid in the second of its expiry.
    func refusalByTime(at moment: Moment) -> Refusal? {
        if expires > 0, moment.seconds > expires { return .userExpired }
        if notBefore > 0, notBefore > moment.seconds { return .userNotYetValid }
        return nil
    }
}

/// A user JWT whose own signature has been verified, with its keys read.
struct Candidate: Sendable {
    let credential: UserCredential
    let issuer: PublicKey
    let account: PublicKey

    /// Nil where a key in the claims is not what it has to be.
    init?(_ claims: UserClaims, version: TokenVersion, kind: CredentialKind = .token) {
        guard let user = try? PublicKey(claims.subject), user.kind == .user,
            let issuer = try? PublicKey(claims.issuer), issuer.kind == .account,
            let account = try? PublicKey(claims.account), account.kind == .account
        else { return nil }
        credential = UserCredential(claims, user: user, version: version, kind: kind)
        self.issuer = issuer
        self.account = account
    }

    /// The credential of a principal, to be looked at once more; nil for one that no JWT let in.
    init?(_ principal: Principal) {
        guard let issuer = principal.grant.issuer, let account = principal.account.key else { return nil }
        credential = principal.credential
        self.issuer = issuer
        self.account = account
    }

    var claimant: Claimant { credential.claimant(account: .key(account), issuer: issuer) }
}
