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
    let texts: CredentialTexts
    let version: TokenVersion?
    let issuedAt: Int64
    let expires: Int64
    let notBefore: Int64
    /// Nil for a JWT without any.
    let own: Own?

    init(_ claims: UserClaims, user: PublicKey, version: TokenVersion, kind: CredentialKind) {
        self.kind = kind
        self.user = user
        self.version = version
        texts = CredentialTexts(name: claims.name, tokenID: claims.common.id, tags: claims.tags)
        issuedAt = claims.issuedAt
        expires = claims.expires
        notBefore = claims.notBefore
        own = claims.limits.isEmpty ? nil : Own(claims.limits)
    }

    init(local user: LocalUser, kind: CredentialKind) {
        self.kind = kind
        self.user = user.key
        texts = CredentialTexts(name: user.name, tokenID: "", tags: [])
        version = nil
        issuedAt = 0
        expires = user.deadline ?? 0
        notBefore = 0
        own = nil
    }

    /// The credential of somebody who was let in.
    init(_ principal: Principal) {
        kind = principal.kind
        user = principal.user
        texts = CredentialTexts(bytes: principal.permissions.values.trailer)
        version = principal.version
        issuedAt = principal.issuedAt
        expires = principal.expires
        // Who is in has been valid.
        notBefore = 0
        own = principal.own
    }

    var shownName: String {
        let name = texts.name
        return name.isEmpty ? user?.text ?? "" : name
    }

    /// What templates are filled with.
    var values: PermissionTemplate.Values {
        var values = PermissionTemplate.Values()
        values.name = texts.name
        values.subject = user?.text ?? ""
        values.tags = texts.tags
        return values
    }

    func claimant(account: AccountIdentity, issuer: PublicKey?) -> Claimant {
        Claimant(
            account: account, kind: kind, user: user, name: shownName, token: version,
            tokenID: texts.tokenID, issuer: issuer)
    }

    /// The times of a JWT: it is still valid in the second of its expiry.
    func refusalByTime(at moment: Moment) -> Refusal? {
        if expires != 0, moment.seconds > expires { return .userExpired }
        if notBefore > 0, notBefore > moment.seconds { return .userNotYetValid }
        return nil
    }
}

/// The texts of a credential in one block: name, `jti`, tags, each behind its length in four bytes.
struct CredentialTexts: Sendable {
    let bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    init(name: String, tokenID: String, tags: [String]) {
        var bytes: [UInt8] = []
        for text in [name, tokenID] + tags {
            let count = text.utf8.count
            for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
            bytes.append(contentsOf: text.utf8)
        }
        self.bytes = bytes
    }

    var name: String { texts(0, most: 1).first ?? "" }
    var tokenID: String { texts(1, most: 1).first ?? "" }
    var tags: [String] { texts(2, most: .max) }

    private func texts(_ skipped: Int, most: Int) -> [String] {
        var texts: [String] = []
        var (position, number) = (0, 0)
        while position + 4 <= bytes.count, texts.count < most {
            let count = (0..<4).reduce(0) { $0 | Int(bytes[position + $1]) << ($1 * 8) }
            position += 4
            guard count <= bytes.count - position else { break }
            if number >= skipped {
                texts.append(String(decoding: bytes[position..<position + count], as: UTF8.self))
            }
            position += count
            number += 1
        }
        return texts
    }
}

/// A user JWT whose own signature has been verified, with its keys read.
struct Candidate: Sendable {
    let credential: UserCredential
    let issuer: PublicKey
    let account: PublicKey

    /// Nil where a key in the claims is not what it has to be, by its exact text: keys are read with line breaks in them
    /// passed over, but no other tool takes such a text for the key.
    init?(_ claims: UserClaims, version: TokenVersion, kind: CredentialKind = .token) {
        guard let user = Self.key(claims.subject, .user), let issuer = Self.key(claims.issuer, .account),
            let account = Self.key(claims.account, .account)
        else { return nil }
        credential = UserCredential(claims, user: user, version: version, kind: kind)
        self.issuer = issuer
        self.account = account
    }

    private static func key(_ text: String, _ kind: KeyKind) -> PublicKey? {
        guard let key = try? PublicKey(text), key.kind == kind, key.text == text else { return nil }
        return key
    }

    /// The credential of a principal, to be looked at once more; nil for one that no JWT let in.
    init?(_ principal: Principal) {
        guard let issuer = principal.grant.issuer, let account = principal.account.key else { return nil }
        credential = UserCredential(principal)
        self.issuer = issuer
        self.account = account
    }

    var claimant: Claimant { credential.claimant(account: .key(account), issuer: issuer) }
}
