import Secrets

/// A hash of a record or of a part of the tree: SHA-256 with a first byte that tells one from the other (RFC 6962,
/// section 2.1), so that no record can be taken for a node.
public struct TreeHash: Sendable, Hashable, CustomStringConvertible {
    /// The number of bytes.
    public static let count = 32

    /// The 32 bytes.
    public let bytes: [UInt8]

    /// A hash from its 32 bytes; nil for any other number.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.count else { return nil }
        self.bytes = Array(bytes)
    }

    private init(digest: [UInt8]) { bytes = digest }

    /// The hash of a leaf: SHA-256 of 0x00 and the record's bytes.
    public static func leaf(_ record: [UInt8]) -> TreeHash { TreeHash(digest: SHA256.hash([0x00] + record)) }

    /// The hash of a node: SHA-256 of 0x01 and the hashes of its two children.
    public static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        TreeHash(digest: SHA256.hash([0x01] + left.bytes + right.bytes))
    }

    /// The root of a tree without leaves: SHA-256 of nothing.
    public static let empty = TreeHash(digest: SHA256.hash([UInt8]()))

    /// 64 lower-case hexadecimal digits.
    public var description: String { Hexadecimal.text(bytes) }
}
