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
    }

    /// From how many bytes on a token is a large one.
    private let large: Int
    private let most: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - most: the most tokens that are kept.
    ///   - large: from how many bytes on a token is not kept.
    init(most: Int, smallerThan large: Int) {
        (self.most, self.large) = (most, large)
    }

    /// The claims of a token, decoded and verified now or earlier.
    func claims(
        of token: String, _ decode: (String) throws(ClaimsError) -> Content
    ) throws(ClaimsError) -> Content {
        guard token.utf8.count < large else { return try decode(token) }
        let version = TokenVersion(of: token)
        let known = state.withLock { $0.known[version] }
        if let known { return known }
        let claims = try decode(token)
        remember(claims, version)
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
    static let operators = ClaimsMemo<OperatorClaims>(most: 8, smallerThan: 16 << 10)
    static let accounts = ClaimsMemo<AccountClaims>(most: 64, smallerThan: LargeAccountMemo.least)
    static let users = ClaimsMemo<UserClaims>(most: 64, smallerThan: 16 << 10)
}
