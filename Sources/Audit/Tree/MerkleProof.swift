/// Proofs about a tree for somebody who knows only its root (RFC 6962, sections 2.1.1 and 2.1.2).
public enum MerkleProof {
    // MARK: Making

    /// The hashes that lead from a leaf to the root, lowest first; nil if there is no such leaf.
    public static func inclusion(of index: Int, in leaves: [TreeHash]) -> [TreeHash]? {
        guard leaves.indices.contains(index) else { return nil }
        return path(to: index, in: leaves[...])
    }

    /// The hashes that show that the tree of the first `size` leaves is the beginning of this one; nil unless
    /// 0 < `size` ≤ the number of leaves. Empty for the same size.
    public static func consistency(from size: Int, in leaves: [TreeHash]) -> [TreeHash]? {
        guard size > 0, size <= leaves.count else { return nil }
        return subproof(size, leaves[...], isKnown: true)
    }

    private static func path(to index: Int, in leaves: ArraySlice<TreeHash>) -> [TreeHash] {
        guard leaves.count > 1 else { return [] }
        let middle = leaves.startIndex + split(leaves.count)
        let (left, right) = (leaves[..<middle], leaves[middle...])
        return index < middle
            ? path(to: index, in: left) + [MerkleTree.root(of: right)]
            : path(to: index, in: right) + [MerkleTree.root(of: left)]
    }

    /// - Parameter isKnown: whether the old tree is exactly these leaves' left part from the very beginning, so that
    ///   whoever checks knows its root already.
    private static func subproof(_ size: Int, _ leaves: ArraySlice<TreeHash>, isKnown: Bool) -> [TreeHash] {
        guard size < leaves.count else { return isKnown ? [] : [MerkleTree.root(of: leaves)] }
        let width = split(leaves.count)
        let (left, right) = (leaves.prefix(width), leaves.dropFirst(width))
        return size <= width
            ? subproof(size, left, isKnown: isKnown) + [MerkleTree.root(of: right)]
            : subproof(size - width, right, isKnown: false) + [MerkleTree.root(of: left)]
    }

    /// The largest power of two below `count`, which is 2 or more.
    private static func split(_ count: Int) -> Int {
        1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }

    // MARK: Checking

    /// Whether a leaf stands at an index of the tree with that size and root.
    public static func isIncluded(
        _ leaf: TreeHash, at index: Int64, size: Int64, root: TreeHash, proof: [TreeHash]
    ) -> Bool {
        guard index >= 0, index < size else { return false }
        var (node, last) = (index, size - 1)
        var hash = leaf
        for step in proof {
            guard last > 0 else { return false }
            if node & 1 == 1 || node == last {
                hash = .node(step, hash)
                // A right edge without a sibling rises to where it has one.
                while node & 1 == 0, node > 0 { (node, last) = (node >> 1, last >> 1) }
            } else {
                hash = .node(hash, step)
            }
            (node, last) = (node >> 1, last >> 1)
        }
        return last == 0 && hash == root
    }

    /// Whether the tree of the smaller size and root is the beginning of the larger one.
    public static func isConsistent(
        from size: Int64, _ root: TreeHash, to newSize: Int64, _ newRoot: TreeHash, proof: [TreeHash]
    ) -> Bool {
        guard size > 0, size <= newSize else { return false }
        if size == newSize { return proof.isEmpty && root == newRoot }
        var (node, last) = (size - 1, newSize - 1)
        while node & 1 == 1 { (node, last) = (node >> 1, last >> 1) }
        var steps = proof[...]
        // The old tree is a complete subtree when nothing is left of it: its root is the first hash.
        guard let first = node == 0 ? root : steps.popFirst() else { return false }
        var (old, new) = (first, first)
        for step in steps {
            guard last > 0 else { return false }
            if node & 1 == 1 || node == last {
                (old, new) = (.node(step, old), .node(step, new))
                while node & 1 == 0, node > 0 { (node, last) = (node >> 1, last >> 1) }
            } else {
                new = .node(new, step)
            }
            (node, last) = (node >> 1, last >> 1)
        }
        return last == 0 && old == root && new == newRoot
    }
}
