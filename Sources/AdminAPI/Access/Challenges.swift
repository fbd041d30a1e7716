import NKeys
import Secrets

/// Challenges that wait for their signature: each once, for a minute, and not too many.
///
/// Nobody keeps others from signing in by asking for many: of one source a few wait, and of all together so many that
/// the sources with the most of them give way.
actor Challenges {
    struct Challenge: Sendable {
        let nonce: String
        let key: PublicKey
        /// What is signed. It begins with words of ours, so that no signature for a NATS server is one for this service, nor
        /// the other way round.
        let text: String
        /// Unix seconds.
        let expires: Int64
        /// The service's name that the text holds.
        let host: String
        /// Where it was asked for.
        let source: String
    }

    /// Seconds until a challenge counts no more.
    static let lifetime: Int64 = 60
    /// Seconds until a session does.
    static let sessionLifetime: Int64 = 900
    /// The most challenges that wait.
    static let most = 4_096
    /// The most of them that one source has.
    static let mostOfSource = 256

    private let random: RandomSource
    private var waiting: [String: Challenge] = [:]
    /// The nonces that each source waits with, the oldest first.
    private var sources: [String: [String]] = [:]

    init(random: RandomSource = .system) {
        self.random = random
    }

    /// A new challenge, which may take the place of an older one.
    ///
    /// - Parameter source: where it is asked for, as ``ServiceContext/source`` has it.
    func make(for key: PublicKey, host: String, from source: String, now: Int64) -> Challenge {
        if sources[source, default: []].count >= Self.mostOfSource { forgetOldest(of: source) }
        if waiting.count >= Self.most {
            for challenge in waiting.values where challenge.expires < now { forget(challenge) }
        }
        if waiting.count >= Self.most, let most = sources.max(by: { $0.value.count < $1.value.count }) {
            forgetOldest(of: most.key)
        }
        let nonce = Base64URL.text(random.bytes(32))
        let challenge = Challenge(
            nonce: nonce, key: key, text: "chancery-auth-v1\n\(host)\n\(nonce)", expires: now + Self.lifetime,
            host: host, source: source)
        waiting[nonce] = challenge
        sources[source, default: []].append(nonce)
        return challenge
    }

    /// The challenge of a nonce, which can be answered no second time.
    func take(_ nonce: String, now: Int64) -> Challenge? {
        guard let challenge = waiting[nonce] else { return nil }
        forget(challenge)
        return challenge.expires >= now ? challenge : nil
    }

    private func forgetOldest(of source: String) {
        guard let nonce = sources[source]?.first, let challenge = waiting[nonce] else { return }
        forget(challenge)
    }

    private func forget(_ challenge: Challenge) {
        waiting[challenge.nonce] = nil
        sources[challenge.source]?.removeAll { $0 == challenge.nonce }
        if sources[challenge.source]?.isEmpty == true { sources[challenge.source] = nil }
    }
}
