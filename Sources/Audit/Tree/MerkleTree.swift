/// A Merkle tree (RFC 6962, section 2.1) that only grows: what is needed to add leaves and to know the root.
///
/// Of the leaves it keeps no more than the roots of the largest complete subtrees, one for each bit that is set in the
/// size, largest first. Adding a leaf and computing the root take time logarithmic in the size at most.
public struct MerkleTree: Sendable, Hashable {
    /// The number of leaves.
    public private(set) var size: Int64
    /// The roots of the complete subtrees from left to right, which is from the largest to the smallest.
    public private(set) var frontier: [TreeHash]

    /// A tree without leaves.
    public init() {
        (size, frontier) = (0, [])
    }

    /// A tree that was stored; nil if there is not one subtree for each bit of the size.
    public init?(size: Int64, frontier: [TreeHash]) {
        guard size >= 0, size.nonzeroBitCount == frontier.count else { return nil }
        (self.size, self.frontier) = (size, frontier)
    }

    /// Adds a leaf at the end: index ``size``.
    public mutating func append(_ leaf: TreeHash) {
        var node = leaf
        var subtrees = size
        // Each subtree of the same size as the new one joins it, as in a binary addition of one.
        while subtrees & 1 == 1, let left = frontier.popLast() {
            node = .node(left, node)
            subtrees >>= 1
        }
        frontier.append(node)
        // 2^63 records cannot be written.
        size &+= 1
    }

    /// The root of all leaves.
    public var root: TreeHash {
        guard var root = frontier.last else { return .empty }
        for left in frontier.dropLast().reversed() { root = .node(left, root) }
        return root
    }

    /// The root of a list of leaves.
    public static func root(of leaves: some Sequence<TreeHash>) -> TreeHash {
        var tree = MerkleTree()
        for leaf in leaves { tree.append(leaf) }
        return tree.root
    }
}
