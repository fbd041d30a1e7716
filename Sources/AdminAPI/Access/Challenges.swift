import NKeys
import Secrets

/// Challenges that wait for their signature: each once, for a minute, and not too many.
actor Challenges {
    struct Challenge: Sendable {
        let nonce: String
        let key: PublicKey
        /// What is signed. It begins with words of ours, so that no signature for a NATS server is one for this service, nor
        /// the other way round.
        let text: String
        /// Unix seconds.
        let expires: Int64
    }

    /// Seconds until a challenge counts no more.
    static let lifetime: Int64 = 60
    /// Seconds until a session does.
    static let sessionLifetime: Int64 = 900
    /// The most challenges that wait.
    static let most = 4_096

    private let random: RandomSource
    private var waiting: [String: Challenge] = [:]

    init(random: RandomSource = .system) {
        self.random = random
    }

    func make(for key: PublicKey, host: String, now: Int64) throws(Problem) -> Challenge {
        if waiting.count >= Self.most { waiting = waiting.filter { $0.value.expires >= now } }
        guard waiting.count < Self.most else { throw Problem(.unavailable, "too many challenges wait for an answer") }
        let nonce = Base64URL.text(random.bytes(32))
        let challenge = Challenge(
            nonce: nonce, key: key, text: "chancery-auth-v1\n\(host)\n\(nonce)", expires: now + Self.lifetime)
        waiting[nonce] = challenge
        return challenge
    }

    /// The challenge of a nonce, which can be answered no second time.
    func take(_ nonce: String, now: Int64) -> Challenge? {
        guard let challenge = waiting.removeValue(forKey: nonce), challenge.expires >= now else { return nil }
        return challenge
    }
}
