public import Claims
public import NKeys

/// Decides whether an account JWT that arrives is taken in place of the one in force (rules S8 and S14). Pure: nothing has
/// been kept when it says no.
public enum ClaimsUpdate {
    /// How far ahead of the clock a JWT may be issued, seconds.
    public static let tolerance: Int64 = 3600

    /// What to do with a JWT that is taken.
    public enum Verdict: Sendable, Hashable {
        /// The same token as before, byte by byte: nothing changes.
        case unchanged
        case newer
        /// Another token with the same time of issue, to be noted.
        case sameTime
        /// An older one, or one from too far ahead, that the sender insists on; to be noted with the reason given.
        case forced(ClaimsUpdateRefusal)
    }

    /// - Parameters:
    ///   - named: the account that the request is about, as it was written; nil where it names none.
    ///   - stored: the account in force.
    ///   - isForced: whether the sender insists, which overrides times, and nothing else.
    /// - Throws: ``ClaimsUpdateRefusal``, the first of: another account's, untrusted, too far ahead, older, against a rule.
    public static func check(
        _ received: ResolvedAccount, named: String?, stored: ResolvedAccount?, trust: Trust, at now: Int64,
        isForced: Bool = false
    ) throws(ClaimsUpdateRefusal) -> Verdict {
        if let named, named != received.key.text { throw .subjectMismatch }
        guard trust.signed(received.claims) else { throw .untrusted }
        let verdict = try verdict(
            on: (received.claims.issuedAt, received.version),
            after: stored.map { ($0.claims.issuedAt, $0.version) }, at: now, isForced: isForced)
        if let fault = received.fault { throw .invalid(fault) }
        return verdict
    }

    /// What the order of issue says of a token that comes after another (rule S14).
    static func verdict(
        on received: (issuedAt: Int64, version: TokenVersion), after stored: (issuedAt: Int64, version: TokenVersion)?,
        at now: Int64, isForced: Bool
    ) throws(ClaimsUpdateRefusal) -> Verdict {
        var verdict = Verdict.newer
        let issuedAt = received.issuedAt
        // Compared first, so that the difference cannot overflow: the time in a token is anybody's number.
        if issuedAt > now, issuedAt &- now > tolerance || issuedAt &- now < 0 {
            guard isForced else { throw .tooFarAhead(issuedAt) }
            verdict = .forced(.tooFarAhead(issuedAt))
        }
        if let stored {
            if stored.version == received.version {
                verdict = .unchanged
            } else if issuedAt < stored.issuedAt {
                let refusal = ClaimsUpdateRefusal.older(stored: stored.issuedAt, received: issuedAt)
                guard isForced else { throw refusal }
                verdict = .forced(refusal)
            } else if issuedAt == stored.issuedAt, verdict == .newer {
                verdict = .sameTime
            }
        }
        return verdict
    }
}

/// Why an account JWT was not taken.
public enum ClaimsUpdateRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    case undecodable(String)
    case invalid(String)
    case subjectMismatch
    case untrusted
    case expired
    case older(stored: Int64, received: Int64)
    case tooFarAhead(Int64)

    public var description: String {
        switch self {
        case .undecodable(let text): text
        case .invalid(let rule): "validation errors: [\(rule)]"
        case .subjectMismatch: "subject does not match jwt content"
        case .untrusted: "operator requires issuer to be a signing key or the operator: the issuer is not trusted"
        case .expired: "it has expired"
        case .older(let stored, let received):
            "the JWT in force was issued at \(stored), this one at \(received): an older one is not taken back"
        case .tooFarAhead(let time):
            "the JWT is issued at \(time), more than an hour ahead of this server's clock"
        }
    }
}
