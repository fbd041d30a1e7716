public import Claims
public import NKeys

/// Settings of an account as a server holds them: decoded, their signature verified.
public struct ResolvedSettings: Sendable {
    /// The account's.
    public let account: PublicKey
    public let claims: SettingsClaims
    public let version: TokenVersion
    /// The JWT's text, to be kept.
    public let token: String

    /// - Throws: ``ClaimsError`` when the token is not a settings JWT whose signature verifies, and ``NKeyError`` when its
    ///   subject is no key.
    public init(token text: String) throws {
        claims = try SettingsClaims.decode(text)
        account = try PublicKey(claims.subject)
        version = TokenVersion(of: text)
        token = text
    }
}

/// Decides whether settings that arrive are taken in place of those in force, as ``ClaimsUpdate`` does of account JWTs.
public enum SettingsUpdate {
    /// - Parameters:
    ///   - stored: the settings in force.
    ///   - isForced: whether the sender insists, which overrides times of issue, and nothing else.
    /// - Throws: ``ClaimsUpdateRefusal``, the first of: not an account's, untrusted, expired, too far ahead, older, against
    ///   a rule.
    public static func check(
        _ received: ResolvedSettings, stored: ResolvedSettings?, trust: Trust, at now: Int64, isForced: Bool = false
    ) throws(ClaimsUpdateRefusal) -> ClaimsUpdate.Verdict {
        guard received.account.kind == .account else { throw .subjectMismatch }
        guard trust.accepts(received.claims, of: received.account) else { throw .untrusted }
        if received.claims.expires != 0, received.claims.expires < now { throw .expired }
        let verdict = try ClaimsUpdate.verdict(
            on: (received.claims.issuedAt, received.version),
            after: stored.map { ($0.claims.issuedAt, $0.version) }, at: now, isForced: isForced)
        if let fault = received.claims.validate(at: 0).first(where: { $0.level == .error })?.description {
            throw .invalid(fault)
        }
        return verdict
    }
}
