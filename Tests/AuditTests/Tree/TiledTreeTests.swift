import Audit
import Testing

/// Proofs that are made from tiles are those that are made from all leaves.
@Suite struct TiledTreeTests {
    private static let leaves = (0..<1_300).map { TreeHash.leaf(Array("record \($0)".utf8)) }

    private func tree(_ size: Int) -> TiledTree {
        let width = Int(TiledTree.tileWidth)
        let tiles = (0..<size / width).map { MerkleTree.root(of: Self.leaves[$0 * width..<($0 + 1) * width]) }
        return TiledTree(tiles: tiles) { first, count in
            Array(Self.leaves[..<size].dropFirst(Int(first)).prefix(count))
        }
    }

    @Test(arguments: [1, 2, 3, 255, 256, 257, 511, 512, 513, 767, 1_024, 1_025, 1_300])
    func `proofs are the same`(size: Int) throws {
        let all = Array(Self.leaves.prefix(size))
        let tree = tree(size)
        #expect(try tree.root(size: Int64(size)) == MerkleTree.root(of: all))
        for index in Set([0, 1, size / 3, size / 2, size - 2, size - 1]) where index >= 0 {
            let proof = try tree.inclusion(of: Int64(index), size: Int64(size))
            #expect(proof == MerkleProof.inclusion(of: index, in: all), "\(index) of \(size)")
        }
        for old in Set([1, 2, 255, 256, 257, size / 2, size - 1, size]) where old > 0 && old <= size {
            let proof = try tree.consistency(from: Int64(old), to: Int64(size))
            #expect(proof == MerkleProof.consistency(from: old, in: all), "\(old) of \(size)")
        }
        #expect(try tree.inclusion(of: Int64(size), size: Int64(size)) == nil)
        #expect(try tree.inclusion(of: -1, size: Int64(size)) == nil)
        #expect(try tree.consistency(from: 0, to: Int64(size)) == nil)
        #expect(try tree.consistency(from: Int64(size) + 1, to: Int64(size)) == nil)
    }

    @Test func `what is missing is no proof`() {
        #expect(throws: AuditError.self) { try tree(300).root(size: 301) }
        #expect(throws: AuditError.self) { try tree(300).root(size: 600) }
    }
}
