import Claims
import Synchronization

/// The claims of tokens that were read last: one request reads the same text many times, and to verify a signature takes as
/// long as to make one. What a text says never changes, so nothing here is ever out of date.
///
/// Tokens are found by their versions. A bearer's token is a secret, which is not kept longer than necessary.
final class ClaimsMemo<Content: Sendable>: Sendable {
    private struct State {
        var known: [TokenVersion: Content] = [:]
        /// The oldest first.
        var order: [TokenVersion] = []
        /// Those that were asked for last with their tokens, the oldest first.
        var recent: [(token: String, claims: Content)] = []
    }

    /// From how many bytes on a token is a large one.
    private let large: Int
    private let most: Int
    /// How many are found by their tokens, which takes less time than to hash one.
    private let mostRecent: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - most: the most tokens that are kept.
    ///   - large: from how many bytes on a token is not kept.
    ///   - mostRecent: how many are found without a hash: 0 where tokens are secrets.
    init(most: Int, smallerThan large: Int, mostRecent: Int) {
        (self.most, self.large, self.mostRecent) = (most, large, mostRecent)
    }

    /// The claims of a token, decoded and verified now or earlier.
    func claims(
        of token: String, _ decode: (String) throws(ClaimsError) -> Content
    ) throws(ClaimsError) -> Content {
        guard token.utf8.count < large else { return try decode(token) }
        // A token is ASCII: no other text of as many bytes is equal to it.
        let recent = state.withLock { state in
            state.recent.last { $0.token.utf8.count == token.utf8.count && $0.token == token }?.claims
        }
        if let recent { return recent }
        let version = TokenVersion(of: token)
        let known = state.withLock { $0.known[version] }
        let claims: Content
        if let known {
            claims = known
        } else {
            claims = try decode(token)
            remember(claims, version)
        }
        guard mostRecent > 0 else { return claims }
        state.withLock { state in
            if state.recent.count >= mostRecent { state.recent.removeFirst() }
            state.recent.append((token, claims))
        }
        return claims
    }

    /// Keeps the claims of a token that was signed a moment ago, whose signature need not be verified.
    func remember(_ token: String, _ version: TokenVersion, _ decode: (String) throws(ClaimsError) -> Content) {
        guard token.utf8.count < large, let claims = try? decode(token) else { return }
        remember(claims, version)
    }

    private func remember(_ claims: Content, _ version: TokenVersion) {
        state.withLock { state in
            guard state.known.updateValue(claims, forKey: version) == nil else { return }
            state.order.append(version)
            if state.order.count > most { state.known[state.order.removeFirst()] = nil }
        }
    }
}

/// What the directory's entries remember.
enum KnownClaims {
    static let operators = ClaimsMemo<OperatorClaims>(most: 8, smallerThan: 16 << 10, mostRecent: 2)
    static let accounts = ClaimsMemo<AccountClaims>(most: 64, smallerThan: LargeAccountMemo.least, mostRecent: 4)
    static let users = ClaimsMemo<UserClaims>(most: 64, smallerThan: 16 << 10, mostRecent: 0)
}
