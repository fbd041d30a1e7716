import Claims
import Synchronization

/// The claims of tokens that were read last: one request reads the same text many times, and to verify a signature takes as
/// long as to make one. What a text says never changes, so nothing here is ever out of date.
///
/// Tokens are found by their versions. A bearer's token is a secret, which is not kept longer than necessary.
final class ClaimsMemo<Content: Sendable>: Sendable {
    private struct State {
        /// Nil for a token that was signed here and has not been read.
        var known: [TokenVersion: Content?] = [:]
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
    /// Reads a token without verifying its signature.
    private let decodeKnown: (@Sendable (String) throws(ClaimsError) -> Content)?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - most: the most tokens that are kept.
    ///   - large: from how many bytes on a token is not kept.
    ///   - mostRecent: how many are found without a hash: 0 where tokens are secrets.
    ///   - decodeKnown: reads a token without verifying its signature; nil where none is known to be right.
    init(
        most: Int, smallerThan large: Int, mostRecent: Int,
        decodeKnown: (@Sendable (String) throws(ClaimsError) -> Content)? = nil
    ) {
        (self.most, self.large, self.mostRecent, self.decodeKnown) = (most, large, mostRecent, decodeKnown)
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
        switch known {
        case .some(.some(let known)): claims = known
        case .some(.none):
            if let decodeKnown { claims = try decodeKnown(token) } else { claims = try decode(token) }
            remember(claims, version)
        case .none:
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

    /// Keeps in mind that a token was signed here: its signature need not be verified when somebody asks what it says.
    func rememberSigned(_ version: TokenVersion) { remember(nil, version) }

    private func remember(_ claims: Content?, _ version: TokenVersion) {
        state.withLock { state in
            if state.known[version] != nil {
                // What was read is not forgotten for a token that was signed twice.
                if claims != nil { state.known[version] = .some(claims) }
                return
            }
            state.known[version] = .some(claims)
            state.order.append(version)
            if state.order.count > most { state.known[state.order.removeFirst()] = nil }
        }
    }
}

/// What the directory's entries remember.
enum KnownClaims {
    static let operators = ClaimsMemo<OperatorClaims>(most: 8, smallerThan: 16 << 10, mostRecent: 2)
    static let accounts = ClaimsMemo<AccountClaims>(most: 64, smallerThan: LargeAccountMemo.least, mostRecent: 4)
    static let users = ClaimsMemo<UserClaims>(
        most: 128, smallerThan: 16 << 10, mostRecent: 0, decodeKnown: UserClaims.decodeKnown)
}
