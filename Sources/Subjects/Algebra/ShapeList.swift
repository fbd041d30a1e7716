/// A union of shapes with a trie of their stems, for quick questions about which of them contain or meet another.
///
/// Each stem occurs once. Takes room and time to build that are linear in the number of tokens.
struct ShapeList: Sendable {
    /// What stands at a place of the trie.
    private struct Node: Sendable {
        /// The shape whose stem ends here, or -1.
        var shape = -1
        /// Between these are the lengths of all shapes at or below this node.
        var shortest = Int.max
        var longest = 0
    }

    private(set) var shapes: [Shape] = []
    private var trie = TokenTrie()
    private var nodes = [Node()]

    init() {}

    init(_ shapes: some Sequence<Shape>) {
        for shape in shapes { insert(shape) }
    }

    init(_ patterns: [Pattern]) {
        self.init(patterns.lazy.map { Shape($0) })
    }

    var isEmpty: Bool { shapes.isEmpty }

    /// Whether some stem has this token as a literal.
    func names(_ token: [UInt8]) -> Bool {
        trie.names(token)
    }

    /// All tokens that a stem has as a literal.
    var namedTokens: some Collection<[UInt8]> { trie.tokens }

    func union(_ other: ShapeList) -> ShapeList {
        if other.isEmpty { return self }
        if isEmpty { return other }
        var result = self
        for shape in other.shapes { result.insert(shape) }
        return result
    }

    mutating func insert(_ shape: Shape) {
        guard let shortest = shape.lengths.shortest, let longest = shape.lengths.longest else { return }
        var node = 0
        widen(node, shortest, longest)
        for token in shape.stem {
            node = trie.child(adding: token, to: node)
            if node == nodes.count { nodes.append(Node()) }
            widen(node, shortest, longest)
        }
        if nodes[node].shape < 0 {
            nodes[node].shape = shapes.count
            shapes.append(shape)
        } else {
            let known = shapes[nodes[node].shape]
            shapes[nodes[node].shape] = Shape(stem: known.stem, lengths: known.lengths.union(shape.lengths))
        }
    }

    private mutating func widen(_ node: Int, _ shortest: Int, _ longest: Int) {
        nodes[node].shortest = min(nodes[node].shortest, shortest)
        nodes[node].longest = max(nodes[node].longest, longest)
    }
}

// Each question visits a place of the trie at most once, so it takes at most as many steps as the list has tokens, plus
// those of the stem that is asked about. In lists without many `*` in front it takes a few.
extension ShapeList {
    /// Those of the `wanted` lengths at which every subject that fits the stem lies in the union.
    ///
    /// Tokens being without end, such a word lies in a union only if it lies in one member, so the members that contain it
    /// are all that counts, and at which lengths.
    ///
    /// - Parameter excluding: the number of a shape that is left out of the union.
    func lengths(
        containing stem: [Pattern.Token], within wanted: LengthSet, excluding excluded: Int = -1, steps: inout Int
    ) -> LengthSet {
        steps += stem.count
        var missing = wanted
        var word = TokenTrie.Word(stem, in: trie)
        var next: (node: Int, depth: Int)? = (0, 0)
        // What is left for later where the walk forks.
        var pending: [(node: Int, depth: Int)] = []
        while let (number, depth) = next ?? pending.popLast() {
            steps += 1
            next = nil
            guard missing.mayMeet(nodes[number].shortest, nodes[number].longest) else { continue }
            let shape = nodes[number].shape
            if shape >= 0, shape != excluded {
                steps += missing.runCount + shapes[shape].lengths.runCount
                missing = missing.subtracting(shapes[shape].lengths)
                if missing.isEmpty { return wanted }
            }
            guard depth < stem.count else { continue }
            let any = trie.places[number].any
            let literal = word.child(of: number, at: depth)
            if literal >= 0 {
                next = (literal, depth + 1)
                if any >= 0 { pending.append((any, depth + 1)) }
            } else if any >= 0 {
                next = (any, depth + 1)
            }
        }
        return wanted.subtracting(missing)
    }

    /// The numbers of the shapes that may have subjects in common with the word at some of its lengths: their tokens
    /// agree, and the lengths of one begin before those of the other end.
    func meeting(_ shape: Shape, steps: inout Int) -> [Int] {
        var result: [Int] = []
        walk(shape, steps: &steps) { number in
            result.append(number)
            return true
        }
        return result
    }

    /// Whether some subject of the shape lies in the union.
    func overlaps(_ shape: Shape, steps: inout Int) -> Bool {
        var isFound = false
        walk(shape, steps: &steps) { number in
            isFound = !shapes[number].lengths.intersection(shape.lengths).isEmpty
            return !isFound
        }
        return isFound
    }

    private func walk(_ shape: Shape, steps: inout Int, _ visit: (Int) -> Bool) {
        let stem = shape.stem
        steps += stem.count
        var word = TokenTrie.Word(stem, in: trie)
        var next: (node: Int, depth: Int)? = (0, 0)
        var pending: [(node: Int, depth: Int)] = []
        while let (number, depth) = next ?? pending.popLast() {
            steps += 1
            next = nil
            guard shape.lengths.mayMeet(nodes[number].shortest, nodes[number].longest) else { continue }
            if nodes[number].shape >= 0 {
                steps += 1
                guard visit(nodes[number].shape) else { return }
            }
            let any = trie.places[number].any
            if depth < stem.count, stem[depth] != .any {
                let literal = word.child(of: number, at: depth)
                if literal >= 0 {
                    next = (literal, depth + 1)
                    if any >= 0 { pending.append((any, depth + 1)) }
                } else if any >= 0 {
                    next = (any, depth + 1)
                }
            } else {
                if any >= 0 { pending.append((any, depth + 1)) }
                var child = trie.places[number].firstLiteral
                while child >= 0 {
                    pending.append((child, depth + 1))
                    child = trie.places[child].nextLiteral
                }
            }
        }
    }

    /// Whether a single subject lies in the union. Its wildcard characters are taken as they stand.
    func contains(subject: [[UInt8]]) -> Bool {
        var steps = 0
        return !lengths(
            containing: subject.map { .literal($0) }, within: LengthSet(subject.count), steps: &steps
        ).isEmpty
    }
}
