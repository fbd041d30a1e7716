/// A list of rules as a tree of tokens in flat arrays: immutable once built and shared between all connections of a role.
///
/// A walk over it allocates nothing and does not recurse: it goes back the way it came through parent links, so no
/// subject, however long, can exhaust a stack. Each node is visited at most once; ``maximumSteps`` bounds how many.
///
/// **Which rule decides:** the most specific one. Token by token from the left a literal goes before a template, a
/// template before `*`, and a token before `>`; of templates, and of equal patterns, the first in the list.
struct RuleTable: Sendable {
    struct Node: Sendable {
        /// The first eight bytes of the literal token that leads here; in the root of a queue part, its first rule.
        var key: UInt64 = 0
        /// The node before; ``none`` for a root, ``free`` for a place without a node.
        var parent = RuleTable.free
        /// Where the ways other than literals begin in ``RuleTable/edges``, or ``none``.
        var edges = RuleTable.none
        /// What ends here, or -1: a rule, or in a table with queue groups the root of the queue parts.
        var end: Int32 = -1
        /// What goes on with `>` here, or -1.
        var tail: Int32 = -1
        /// The length of the literal token.
        var count: UInt16 = 0
        /// Whether literal tokens lead on from here.
        var hasLiterals = false
        /// Where the rest of the literal token stands in ``RuleTable/text``; or, on other ways, the edge that leads here.
        var extra: UInt32 = 0
    }

    /// A way from a node that is no literal.
    struct Edge: Sendable {
        /// The template that the token has to match; ``anyToken`` for `*`, ``last`` behind the last way.
        var template: Int32
        var node: UInt32

        static let anyToken: Int32 = -1
        static let last: Int32 = -2
    }

    /// A token with templates, in a form that is quick to test.
    struct Template: Sendable {
        let prefix: [UInt8]
        let suffix: [UInt8]
        /// Nil where there are several: then only the ends are compared here, and the whole entry afterwards.
        let slot: SlotReference?

        @inline(__always)
        func matches(_ subject: Span<UInt8>, _ start: Int, _ end: Int, _ fillings: Fillings) -> Bool {
            guard end - start > prefix.count + suffix.count else { return false }
            for index in prefix.indices where prefix[index] != subject[start + index] { return false }
            for index in suffix.indices where suffix[index] != subject[end - suffix.count + index] { return false }
            guard let slot else { return true }
            return fillings[slot].contains(slot.index, subject, start + prefix.count, end - suffix.count)
        }
    }

    static let none = UInt32.max
    static let free = UInt32.max - 1

    let nodes: [Node]
    let edges: [Edge]
    let templates: [Template]
    let text: [UInt8]
    /// Places for literal tokens are the first nodes: a table with open addressing.
    let literalMask: Int
    let literalCount: Int
    let root: UInt32
    /// The rules whose tokens have to be looked at together, in the order of their places in the list.
    let joints: [JointRule]
    /// The literal ways from each node, for questions about patterns with wildcards; empty where nobody asks them.
    let literalStarts: [UInt32]
    let literalNodes: [UInt32]
    /// The most steps that a decision can take.
    let maximumSteps: Int

    /// Whether there is no rule.
    let isEmpty: Bool

    @inline(__always)
    func isLiteral(_ node: UInt32) -> Bool { Int(node) < literalCount }

    /// Where the search for a literal token begins.
    @inline(__always)
    static func place(_ hash: UInt32, _ parent: UInt32, mask: Int) -> Int {
        let mixed = (UInt64(hash) | UInt64(parent) &<< 32) &* 0x9e37_79b9_7f4a_7c15
        return Int(truncatingIfNeeded: (mixed ^ (mixed &>> 32)) & UInt64(truncatingIfNeeded: mask))
    }

    /// The node that a literal token leads to, or ``none``. The bytes are compared, never only their hash.
    @inline(__always)
    func literalChild(
        of parent: UInt32, _ mark: SubjectTokens.Mark, _ subject: Span<UInt8>, _ start: Int
    ) -> UInt32 {
        let nodes = nodes.span
        let count = Int(mark.end) - start
        var place = Self.place(mark.hash, parent, mask: literalMask)
        while true {
            let node = nodes[place]
            if node.parent == Self.free { return Self.none }
            if node.parent == parent, node.key == mark.key, Int(node.count) == count,
                count <= 8 || hasRest(node, subject, start, count)
            {
                return UInt32(truncatingIfNeeded: place)
            }
            place = (place + 1) & literalMask
        }
    }

    private func hasRest(_ node: Node, _ subject: Span<UInt8>, _ start: Int, _ count: Int) -> Bool {
        let text = text.span
        let rest = Int(node.extra)
        for index in 8..<count where text[rest + index - 8] != subject[start + index] { return false }
        return true
    }

    /// The node that `*` leads to, or ``none``.
    @inline(__always)
    func anyChild(of node: UInt32) -> UInt32 {
        guard nodes[Int(node)].edges != Self.none else { return Self.none }
        var index = Int(nodes[Int(node)].edges)
        while edges[index].template != Edge.last {
            if edges[index].template == Edge.anyToken { return edges[index].node }
            index += 1
        }
        return Self.none
    }
}
