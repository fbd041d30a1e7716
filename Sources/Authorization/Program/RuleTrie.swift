import Subjects

/// A list of patterns, compiled: finds an entry that a subject matches in one walk over the subject's tokens.
///
/// Flat arrays, immutable once built, shared between connections. A walk allocates nothing and does not recurse: it goes
/// back the way it came through parent links, so that no subject, however long, can exhaust a stack. Each node is
/// visited at most once, and the most specific entry wins: a literal token before `*` before `>`.
struct RuleTrie: Sendable {
    private struct Node: Sendable {
        var parent: Int32
        /// The child for `*`.
        var any: Int32 = -1
        /// The entry that ends here.
        var end: Int32 = -1
        /// The entry whose `>` begins here.
        var tail: Int32 = -1
        /// The token that leads here, in ``RuleTrie/text``; a length of -1 marks `*` (and the root).
        var tokenStart: Int32 = 0
        var tokenCount: Int32 = -1
    }

    private var nodes: [Node] = [Node(parent: -1)]
    /// The bytes of all literal tokens.
    private var text: [UInt8] = []
    /// Literal children of all nodes: an open-addressing table of node numbers, -1 for a free place.
    private var table: [Int32] = []

    /// Compiles entries. Of equal patterns the first is kept, so that the entry named is the first that says so.
    init(_ patterns: [(pattern: Pattern, entry: Int32)]) {
        let literals = patterns.reduce(0) { $0 + $1.pattern.tokens.count }
        var size = 8
        while size < literals * 2 { size *= 2 }
        table = [Int32](repeating: -1, count: size)
        for (pattern, entry) in patterns { insert(pattern, entry) }
    }

    var isEmpty: Bool { nodes.count == 1 && nodes[0].tail < 0 }

    private mutating func insert(_ pattern: Pattern, _ entry: Int32) {
        var node: Int32 = 0
        for token in pattern.tokens {
            switch token {
            case .any:
                if nodes[Int(node)].any < 0 {
                    nodes[Int(node)].any = Int32(nodes.count)
                    nodes.append(Node(parent: node))
                }
                node = nodes[Int(node)].any
            case .literal(let bytes):
                node = literalChild(of: node, bytes)
            }
        }
        if pattern.hasTail {
            if nodes[Int(node)].tail < 0 { nodes[Int(node)].tail = entry }
        } else if nodes[Int(node)].end < 0 {
            nodes[Int(node)].end = entry
        }
    }

    private mutating func literalChild(of parent: Int32, _ bytes: [UInt8]) -> Int32 {
        let span = bytes.span
        var place = Self.hash(parent, span, 0, span.count) & (table.count - 1)
        while table[place] >= 0 {
            if isChild(table[place], of: parent, span, 0, span.count) { return table[place] }
            place = (place + 1) & (table.count - 1)
        }
        let child = Int32(nodes.count)
        table[place] = child
        nodes.append(Node(parent: parent, tokenStart: Int32(text.count), tokenCount: Int32(bytes.count)))
        text.append(contentsOf: bytes)
        return child
    }

    /// The entry that a subject matches, or -1.
    func match(_ subject: Span<UInt8>) -> Int32 {
        var node: Int32 = 0
        var start = 0
        // Whether the literal child of the present node is still to be tried, or only what comes after it.
        var tryLiteral = true
        while true {
            if start > subject.count {
                // All tokens are used up.
                if nodes[Int(node)].end >= 0 { return nodes[Int(node)].end }
            } else {
                var end = start
                while end < subject.count, subject[end] != UInt8(ascii: ".") { end += 1 }
                let literal = tryLiteral ? findLiteral(node, subject, start, end) : -1
                let child = literal >= 0 ? literal : nodes[Int(node)].any
                if child >= 0 {
                    node = child
                    start = end + 1
                    tryLiteral = true
                    continue
                }
                if nodes[Int(node)].tail >= 0 { return nodes[Int(node)].tail }
            }
            // Nothing below: back to the nearest node that has something left to try.
            while true {
                let parent = nodes[Int(node)].parent
                guard parent >= 0 else { return -1 }
                let cameByLiteral = nodes[Int(node)].tokenCount >= 0
                node = parent
                start = Self.previousToken(subject, before: start)
                if cameByLiteral, nodes[Int(node)].any >= 0 {
                    tryLiteral = false
                    break
                }
                if nodes[Int(node)].tail >= 0 { return nodes[Int(node)].tail }
            }
        }
    }

    /// Where the token before the one at `start` begins.
    @inline(__always)
    private static func previousToken(_ subject: Span<UInt8>, before start: Int) -> Int {
        var index = start - 1
        while index > 0, subject[index - 1] != UInt8(ascii: ".") { index -= 1 }
        return index
    }

    @inline(__always)
    private func findLiteral(_ parent: Int32, _ subject: Span<UInt8>, _ start: Int, _ end: Int) -> Int32 {
        var place = Self.hash(parent, subject, start, end) & (table.count - 1)
        while table[place] >= 0 {
            if isChild(table[place], of: parent, subject, start, end) { return table[place] }
            place = (place + 1) & (table.count - 1)
        }
        return -1
    }

    /// Compares the bytes, never only their hash: equal hashes must not open anything.
    @inline(__always)
    private func isChild(_ child: Int32, of parent: Int32, _ subject: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        let node = nodes[Int(child)]
        guard node.parent == parent, Int(node.tokenCount) == end - start else { return false }
        for index in 0..<(end - start) where text[Int(node.tokenStart) + index] != subject[start + index] {
            return false
        }
        return true
    }

    @inline(__always)
    private static func hash(_ parent: Int32, _ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        var value = 0xcbf2_9ce4_8422_2325 ^ UInt64(UInt32(bitPattern: parent)) &* 0x9e37_79b9_7f4a_7c15
        for index in start..<end { value = (value ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
        value ^= value >> 29
        return Int(truncatingIfNeeded: value & 0x7fff_ffff_ffff_ffff)
    }
}
