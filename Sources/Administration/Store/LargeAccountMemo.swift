import Claims
import Synchronization

/// The claims of large account tokens that were read last: one request reads the same text many times. What a text says never
/// changes, so nothing here is ever out of date.
final class LargeAccountMemo: Sendable {
    static let shared = LargeAccountMemo()

    /// The most tokens that are kept, each of at most ``Token/maximumSize`` bytes.
    static let most = 4
    /// From how many bytes on a token is compared more quickly than hashed, and few are kept.
    static let least = 16 << 10

    private let recent = Mutex<[(token: String, claims: AccountClaims)]>([])

    func claims(of token: String) throws(ClaimsError) -> AccountClaims {
        guard token.utf8.count >= Self.least else {
            return try KnownClaims.accounts.claims(of: token, AccountClaims.decode)
        }
        // A token is ASCII: no other text of as many bytes is equal to it.
        let known = recent.withLock { recent in
            recent.first { $0.token.utf8.count == token.utf8.count && $0.token == token }?.claims
        }
        if let known { return known }
        let claims = try AccountClaims.decode(token)
        recent.withLock { recent in
            if recent.count >= Self.most { recent.removeFirst() }
            recent.append((token, claims))
        }
        return claims
    }
}
