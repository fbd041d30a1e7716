import Claims
import NKeys

extension Change {
    /// Signs a short-lived user of the system account that may do nothing but push account tokens.
    ///
    /// Its key is used once and kept nowhere; its token is in the history like every other.
    ///
    /// - Parameter lifetime: how long it may connect, in seconds.
    public func systemSignIn(at place: Place, lifetime: Int64 = 120) throws -> SignIn {
        let entry = try reader.operator(at: place)
        let account = try reader.systemAccount(of: entry)
        let signer = try signer(of: account, .automatic, allowingScopes: false)
        let pair = KeyPair.generate(.user, random: surroundings.random)
        var claims = UserClaims(subject: pair.publicKey.text, name: "chancery push")
        claims.expires = now + lifetime
        claims.limits.permissions.publish.allow = [
            ClaimsPush.updateSubject, ClaimsPush.accountUpdateSubjects, ClaimsPush.pingSubject,
        ]
        claims.limits.permissions.subscribe.allow = [ClaimsPush.inboxPrefix + ".>"]
        if signer.pair.publicKey != account.publicKey { claims.issuerAccount = account.publicKey.text }
        let everyone = try account.claims().revocations.entries[RevocationList.everyone]
        let token = try issue(claims, scope: account.publicKey, signer: signer.pair, revokedThrough: everyone)
        return SignIn(token: token.text, keyPair: pair)
    }
}
