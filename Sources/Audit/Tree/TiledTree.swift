/// The tree of a log whose leaves lie elsewhere: held are the roots of each 256 of them, and what they are made of is read when a
/// proof needs it.
public struct TiledTree {
    /// The leaves of a tile.
    public static let tileWidth: Int64 = 256
    private static let tileLevel = 8

    /// The roots of the complete tiles.
    private let tiles: [TreeHash]
    private let leaves: (_ first: Int64, _ count: Int) throws -> [TreeHash]

    /// - Parameters:
    ///   - tiles: the roots of the complete tiles, in order.
    ///   - leaves: reads leaves within one tile.
    public init(tiles: [TreeHash], leaves: @escaping (_ first: Int64, _ count: Int) throws -> [TreeHash]) {
        (self.tiles, self.leaves) = (tiles, leaves)
    }

    /// The root of the first `size` leaves.
    ///
    /// - Throws: ``AuditError`` of code `logDamaged` where leaves are missing; what reading them throws. So do the proofs.
    public func root(size: Int64) throws -> TreeHash { try MerkleProof.root(size: size, subtree) }

    /// See ``MerkleProof/inclusion(of:in:)``.
    public func inclusion(of index: Int64, size: Int64) throws -> [TreeHash]? {
        try MerkleProof.inclusion(of: index, size: size, subtree)
    }

    /// See ``MerkleProof/consistency(from:in:)``.
    public func consistency(from size: Int64, to newSize: Int64) throws -> [TreeHash]? {
        try MerkleProof.consistency(from: size, to: newSize, subtree)
    }

    private func subtree(_ level: Int, _ index: Int64) throws -> TreeHash {
        if level < Self.tileLevel {
            let count = 1 << level
            let found = try leaves(index << Int64(level), count)
            guard found.count == count else { throw Self.missing }
            return MerkleTree.root(of: found)
        }
        let width = Int64(1) << Int64(level - Self.tileLevel)
        let (start, end) = (index * width, (index + 1) * width)
        guard start >= 0, end <= tiles.count else { throw Self.missing }
        return MerkleTree.root(of: tiles[Int(start)..<Int(end)])
    }

    private static var missing: AuditError {
        AuditError(.logDamaged, "the log was altered: records that were signed are missing")
    }
}
