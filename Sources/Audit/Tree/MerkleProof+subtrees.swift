// Proofs about trees that are too large to be held whole: what is asked for are the roots of complete subtrees.
extension MerkleProof {
    /// The root of the complete subtree of 2^level leaves that begins at leaf `index` × 2^level.
    public typealias Subtree = (_ level: Int, _ index: Int64) throws -> TreeHash

    /// The root of the first `size` leaves.
    public static func root(size: Int64, _ subtree: Subtree) rethrows -> TreeHash {
        guard size > 0 else { return .empty }
        return try root(0, size, subtree)
    }

    /// What ``inclusion(of:in:)`` makes of the first `size` leaves.
    public static func inclusion(of index: Int64, size: Int64, _ subtree: Subtree) rethrows -> [TreeHash]? {
        guard index >= 0, index < size else { return nil }
        return try path(index, 0, size, subtree)
    }

    /// What ``consistency(from:in:)`` makes of the first `newSize` leaves.
    public static func consistency(from size: Int64, to newSize: Int64, _ subtree: Subtree) rethrows -> [TreeHash]? {
        guard size > 0, size <= newSize else { return nil }
        return try subproof(size, 0, newSize, isKnown: true, subtree)
    }

    // Every range begins at a multiple of the largest power of two that is not above its length: what splits it is one.

    private static func root(_ start: Int64, _ count: Int64, _ subtree: Subtree) rethrows -> TreeHash {
        guard count.nonzeroBitCount > 1 else {
            let level = count.trailingZeroBitCount
            return try subtree(level, start >> level)
        }
        let width = split(count)
        return try .node(root(start, width, subtree), root(start + width, count - width, subtree))
    }

    private static func path(
        _ index: Int64, _ start: Int64, _ count: Int64, _ subtree: Subtree
    ) rethrows -> [TreeHash] {
        guard count > 1 else { return [] }
        let width = split(count)
        return index < start + width
            ? try path(index, start, width, subtree) + [root(start + width, count - width, subtree)]
            : try path(index, start + width, count - width, subtree) + [root(start, width, subtree)]
    }

    private static func subproof(
        _ size: Int64, _ start: Int64, _ count: Int64, isKnown: Bool, _ subtree: Subtree
    ) rethrows -> [TreeHash] {
        guard size < count else { return isKnown ? [] : [try root(start, count, subtree)] }
        let width = split(count)
        return size <= width
            ? try subproof(size, start, width, isKnown: isKnown, subtree)
                + [root(start + width, count - width, subtree)]
            : try subproof(size - width, start + width, count - width, isKnown: false, subtree)
                + [root(start, width, subtree)]
    }

    /// The largest power of two below `count`, which is 2 or more.
    private static func split(_ count: Int64) -> Int64 {
        1 << Int64(Int64.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}
