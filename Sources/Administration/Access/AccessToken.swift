public import NKeys
import Secrets

/// Somebody's access to the service: what it may do, and until when. The secret itself is not kept, only its hash.
public struct AccessToken: Sendable, Hashable {
    /// How the holder shows that it is the holder.
    public enum Kind: String, Sendable, Hashable {
        /// With a secret that was shown once.
        case bearer
        /// With a signature of an NKey over a challenge.
        case nkey
        /// With a secret that was given for such a signature, for a few minutes.
        case session
        /// With a client certificate.
        case certificate
    }

    /// The longest name, in bytes.
    public static let longestName = 128

    /// The public part, 12 characters.
    public let id: String
    /// What people call it.
    public let name: String
    /// How the holder shows itself.
    public let kind: Kind
    /// Of an NKey: the key. Of a session: the key that was signed with.
    public let publicKey: PublicKey?
    /// Of a certificate: the SHA-256 of its DER form in hexadecimal digits.
    public let fingerprint: String?
    /// What it may do.
    public let grants: [AccessGrant]
    /// Unix seconds.
    public let createdAt: Int64
    /// Who made it, for example `token:ab…`.
    public let createdBy: String
    /// The last Unix second in which it counts; nil for ever.
    public let expires: Int64?
    /// When it was taken back, in Unix seconds; nil if it was not.
    public let revokedAt: Int64?

    public init(
        id: String, name: String, kind: Kind, publicKey: PublicKey?, fingerprint: String?, grants: [AccessGrant],
        createdAt: Int64, createdBy: String, expires: Int64?, revokedAt: Int64?
    ) {
        (self.id, self.name, self.kind, self.publicKey) = (id, name, kind, publicKey)
        (self.fingerprint, self.grants, self.createdAt) = (fingerprint, grants, createdAt)
        (self.createdBy, self.expires, self.revokedAt) = (createdBy, expires, revokedAt)
    }

    /// The id of the access that it was made with; nil where it was made on the machine itself.
    var maker: String? { Self.maker(in: createdBy) }

    /// The id of the access that an actor has; nil for somebody on the machine itself.
    static func maker(in actor: String) -> String? {
        let parts = actor.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[0] != "local" else { return nil }
        return String(parts[1])
    }

    /// The id of the access that does something with it: of a session the one that it was opened with.
    public var holder: String { kind == .session ? maker ?? id : id }

    /// Whether it is good for accounts alone.
    var isOfAccounts: Bool { grants.allSatisfy { $0.account != nil } }

    /// The accounts that it is good for, where it is good for nothing else.
    public var accounts: Set<PublicKey> { isOfAccounts ? Set(grants.compactMap(\.account)) : [] }

    /// The most tokens that count at a time of those that were given away with the token of an account, and with those.
    static let mostGiven = 1_000

    /// Whether it counts at a time.
    public func isValid(at now: Int64) -> Bool { revokedAt == nil && expires.map { now <= $0 } ?? true }
}

/// The text that a bearer shows: `chy_`, the token's id, `_` and its secret. Anybody who finds one lying about knows by
/// its beginning what it is.
public struct BearerText: Sendable {
    /// What every token begins with.
    public static let prefix = "chy_"
    static let idCount = 12
    static let secretCount = 52

    /// The token's id.
    public let id: String
    /// The SHA-256 of the secret.
    let hash: [UInt8]

    /// Takes a text apart, and forgets its secret at once; nil if it is no token.
    public init?(_ text: Substring) {
        let bytes = text.utf8
        guard bytes.count == Self.prefix.utf8.count + Self.idCount + 1 + Self.secretCount,
            text.hasPrefix(Self.prefix)
        else { return nil }
        let rest = bytes.dropFirst(Self.prefix.utf8.count)
        let id = rest.prefix(Self.idCount)
        let secret = rest.dropFirst(Self.idCount + 1)
        func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x32...0x37).contains(byte) }
        guard rest.dropFirst(Self.idCount).first == UInt8(ascii: "_"), id.allSatisfy(isLetter),
            secret.allSatisfy(isLetter)
        else { return nil }
        self.id = String(decoding: id, as: UTF8.self)
        hash = Self.hash(Array(secret))
    }

    /// Whether it is the same token with the same secret. What is compared are hashes, so that the time tells nothing.
    public func isSame(as other: BearerText) -> Bool { id == other.id && constantTimeEquals(hash, other.hash) }

    static func hash(_ secret: [UInt8]) -> [UInt8] { SHA256.hash(secret) }

    /// A new token: its id, the hash of its secret, and the whole text.
    static func make(_ random: RandomSource) -> (id: String, hash: [UInt8], text: Secret) {
        func letters(_ count: Int) -> [UInt8] {
            let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
            return random.bytes(count).map { alphabet[Int($0 & 31)] }
        }
        let id = letters(idCount)
        var secret = letters(secretCount)
        let hash = hash(secret)
        var text = Array(prefix.utf8) + id + [UInt8(ascii: "_")] + secret
        defer { for index in secret.indices { secret[index] = 0 } }
        return (String(decoding: id, as: UTF8.self), hash, Secret(erasing: &text))
    }
}
