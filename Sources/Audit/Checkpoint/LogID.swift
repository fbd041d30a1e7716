public import NKeys
import Secrets

/// The identity of a log: 12 characters that follow from the first key that signed it.
public struct LogID: Sendable, Hashable, CustomStringConvertible {
    /// 12 base32 characters: the beginning of the SHA-256 of the genesis key's 32 bytes.
    public let text: String

    /// The id of the log that begins with this key.
    public init(genesis key: PublicKey) {
        text = String(Base32.encode(SHA256.hash(key.rawBytes)).prefix(12))
    }

    /// The origin of a log of this id: `chancery/admin/…` for the log of a directory.
    public func origin(of log: String) -> String { "chancery/\(log)/\(text)" }

    /// The 12 characters.
    public var description: String { text }
}
