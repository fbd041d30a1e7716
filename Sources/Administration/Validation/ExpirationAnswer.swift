/// When something ceases to count, as machines read it.
public struct ExpirationAnswer: Codable, Sendable {
    /// The states that there are.
    public static let states = ["expired", "ends soon", "valid", "never ends"]

    public let kind: String
    public let name: String
    let public_key: String
    let expires: Int64?
    public let expires_time: String?
    public let state: String

    /// Whether it has ended, or ends soon.
    public var isNear: Bool { state == Self.states[0] || state == Self.states[1] }

    /// - Parameter soon: Unix seconds: what ends until then ends soon.
    public init(_ expiration: Expiration, now: Int64, soon: Int64) {
        (kind, name, public_key) = (expiration.kind, expiration.path, expiration.publicKey)
        expires = expiration.expires
        expires_time = expiration.expires.map { CivilDate.text(unixSeconds: $0) }
        switch expiration.expires {
        case nil: state = Self.states[3]
        case _ where expiration.isExpired(at: now): state = Self.states[0]
        case let end?: state = end <= soon ? Self.states[1] : Self.states[2]
        }
    }
}
