import Claims
import NKeys

/// What a user of the system account is made for.
public enum SystemPurpose: Sendable, Hashable {
    /// To see what servers have.
    case reading
    /// Also to give them tokens.
    case pushing
    /// Also to delete accounts there.
    case deleting
    /// To give them tokens, to see connections, and to end them.
    case cutting
    /// All of that.
    case governing

    var subjects: [String] {
        switch self {
        case .reading: ClaimsSubjects.reading
        case .pushing: ClaimsSubjects.reading + ClaimsSubjects.writing
        case .deleting: ClaimsSubjects.reading + ClaimsSubjects.writing + [ClaimsSubjects.delete]
        case .cutting: Self.pushing.subjects + [ClaimsSubjects.connections, ClaimsSubjects.kick]
        case .governing: Self.cutting.subjects + [ClaimsSubjects.delete]
        }
    }
}

extension Change {
    /// Signs a short-lived user of the system account that may do nothing but exchange account tokens with servers.
    ///
    /// Its key is used once and kept nowhere; its token is in the history like every other.
    ///
    /// - Parameters:
    ///   - purpose: what it is for: it may do no more.
    ///   - reference: the account to sign in to; nil for the operator's system account.
    ///   - lifetime: how long it may connect, in seconds.
    public func systemSignIn(
        at place: Place, to reference: EntityReference? = nil, for purpose: SystemPurpose, lifetime: Int64 = 120
    ) throws -> SignIn {
        let entry = try reader.operator(at: place)
        let account = try reference.map { try reader.account($0, of: entry) } ?? reader.systemAccount(of: entry)
        let signer = try signer(of: account, .automatic, allowingScopes: false)
        let pair = KeyPair.generate(.user, random: surroundings.random)
        var claims = UserClaims(subject: pair.publicKey.text, name: "chancery push")
        claims.expires = now + lifetime
        claims.limits.permissions.publish.allow = purpose.subjects
        claims.limits.permissions.subscribe.allow = [ClaimsSubjects.inboxPrefix + ".>"]
        if signer.pair.publicKey != account.publicKey { claims.issuerAccount = account.publicKey.text }
        let everyone = try account.claims().revocations.entries[RevocationList.everyone]
        let token = try issue(claims, scope: account.publicKey, signer: signer.pair, revokedThrough: everyone)
        return SignIn(token: token.text, keyPair: pair)
    }
}
