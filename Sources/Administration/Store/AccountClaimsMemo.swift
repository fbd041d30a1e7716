import Claims
import Synchronization

/// The claims of large account tokens that were read last: one request reads the same text many times. What a text says never
/// changes, so nothing here is ever out of date.
final class AccountClaimsMemo: Sendable {
    static let shared = AccountClaimsMemo()

    /// The most tokens that are kept, each of at most ``Token/maximumSize`` bytes.
    static let most = 4
    /// From how many bytes on it is worth it.
    static let least = 16 << 10

    private let recent = Mutex<[(token: String, claims: AccountClaims)]>([])

    func claims(of token: String) throws(ClaimsError) -> AccountClaims {
        guard token.utf8.count >= Self.least else { return try AccountClaims.decode(token) }
        let known = recent.withLock { recent in recent.first { $0.token == token }?.claims }
        if let known { return known }
        let claims = try AccountClaims.decode(token)
        recent.withLock { recent in
            if recent.count >= Self.most { recent.removeFirst() }
            recent.append((token, claims))
        }
        return claims
    }
}
