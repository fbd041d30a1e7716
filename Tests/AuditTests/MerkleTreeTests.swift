import Audit
import Secrets
import TestSupport
import Testing

@Suite struct MerkleTreeTests {
    /// The leaves and roots that implementations of RFC 6962 test themselves with.
    private static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    private static let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test func `roots are those of the known vectors`() throws {
        var tree = MerkleTree()
        #expect(tree.root.description == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        for (leaf, root) in zip(Self.leaves, Self.roots) {
            tree.append(.leaf(try bytes(leaf)))
            #expect(tree.root.description == root)
        }
    }

    @Test func `proofs are those of the known vectors`() throws {
        let leaves = try Self.leaves.map { TreeHash.leaf(try bytes($0)) }
        let inclusion = try #require(MerkleProof.inclusion(of: 5, in: leaves))
        #expect(
            inclusion.map(\.description) == [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ])
        let consistency = try #require(MerkleProof.consistency(from: 6, in: leaves))
        #expect(
            consistency.map(\.description) == [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ])
    }

    @Test func `the tree that grows has the root of the definition at every size`() {
        let leaves = hashes(130)
        var tree = MerkleTree()
        for size in 1...leaves.count {
            tree.append(leaves[size - 1])
            #expect(tree.root == definition(leaves[..<size]))
            #expect(tree.size == size)
            // Stored and read again it goes on in the same way.
            #expect(MerkleTree(size: tree.size, frontier: tree.frontier) == tree)
        }
        #expect(MerkleTree(size: 3, frontier: [leaves[0]]) == nil)
        #expect(MerkleTree(size: -1, frontier: []) == nil)
    }

    @Test func `every inclusion proof holds for its leaf and for no other`() throws {
        for size in 1...33 {
            let leaves = Array(hashes(size))
            let root = definition(leaves[...])
            for index in leaves.indices {
                let proof = try #require(MerkleProof.inclusion(of: index, in: leaves))
                for claimed in leaves.indices {
                    let holds = MerkleProof.isIncluded(
                        leaves[index], at: Int64(claimed), size: Int64(size), root: root, proof: proof)
                    #expect(holds == (claimed == index), "size \(size), index \(index), claimed \(claimed)")
                }
                let extended = proof + [root]
                #expect(
                    !MerkleProof.isIncluded(
                        leaves[index], at: Int64(index), size: Int64(size), root: root, proof: extended))
                if !proof.isEmpty {
                    let cut = Array(proof.dropLast())
                    #expect(
                        !MerkleProof.isIncluded(
                            leaves[index], at: Int64(index), size: Int64(size), root: root, proof: cut))
                }
            }
            #expect(MerkleProof.inclusion(of: size, in: leaves) == nil)
        }
    }

    @Test func `every consistency proof holds, and none for a changed past`() throws {
        let leaves = Array(hashes(33))
        for newSize in 1...leaves.count {
            let new = Array(leaves[..<newSize])
            let newRoot = definition(new[...])
            for size in 1...newSize {
                let root = definition(new[..<size])
                let proof = try #require(MerkleProof.consistency(from: size, in: new))
                func holds(_ root: TreeHash, _ newRoot: TreeHash, _ proof: [TreeHash]) -> Bool {
                    MerkleProof.isConsistent(from: Int64(size), root, to: Int64(newSize), newRoot, proof: proof)
                }
                #expect(holds(root, newRoot, proof), "from \(size) to \(newSize)")
                #expect(!holds(.empty, newRoot, proof), "from \(size) to \(newSize)")
                #expect(!holds(root, .empty, proof), "from \(size) to \(newSize)")
                #expect(!holds(root, newRoot, proof + [.empty]), "from \(size) to \(newSize)")
            }
        }
    }

    @Test func `a changed step of a proof breaks it`() throws {
        var generator = SeededGenerator.announced()
        for _ in 0..<200 {
            let size = Int.random(in: 2...200, using: &generator)
            let leaves = Array(hashes(size))
            let index = Int.random(in: 0..<size, using: &generator)
            var proof = try #require(MerkleProof.inclusion(of: index, in: leaves))
            let step = Int.random(in: proof.indices, using: &generator)
            var bytes = proof[step].bytes
            bytes[Int.random(in: bytes.indices, using: &generator)] ^= 1
            proof[step] = try #require(TreeHash(bytes))
            #expect(
                !MerkleProof.isIncluded(
                    leaves[index], at: Int64(index), size: Int64(size), root: definition(leaves[...]), proof: proof))
        }
    }

    /// The definition in RFC 6962, section 2.1, word for word.
    private func definition(_ leaves: ArraySlice<TreeHash>) -> TreeHash {
        guard leaves.count > 1 else { return leaves.first ?? .empty }
        var width = 1
        while width * 2 < leaves.count { width *= 2 }
        return .node(definition(leaves.prefix(width)), definition(leaves.dropFirst(width)))
    }

    private func hashes(_ count: Int) -> ArraySlice<TreeHash> {
        (0..<count).map { TreeHash.leaf(Array("record \($0)".utf8)) }[...]
    }

    private func bytes(_ hexadecimal: String) throws -> [UInt8] {
        let digits = Array(hexadecimal)
        return try stride(from: 0, to: digits.count, by: 2).map {
            try #require(UInt8(String(digits[$0..<$0 + 2]), radix: 16))
        }
    }
}
