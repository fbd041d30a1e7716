/// A union of shapes with a trie of their stems, for quick questions about which of them contain or meet another.
///
/// Each stem occurs once. Takes room and time to build that are linear in the number of tokens.
struct ShapeList: Sendable {
    private struct Node: Sendable {
        /// The child for `*`, the first child for a literal, and the next literal child of the same parent; -1 for none.
        var any = -1
        var firstLiteral = -1
        var nextLiteral = -1
        /// The shape whose stem ends here, or -1.
        var shape = -1
        /// Between these are the lengths of all shapes at or below this node.
        var shortest = Int.max
        var longest = 0
    }

    private struct Edge: Hashable, Sendable {
        let parent: Int
        let token: Int
    }

    /// What a token of a stem that is looked up stands for.
    private enum Step {
        static let any = -1
        static let unknown = -2
    }

    private(set) var shapes: [Shape] = []
    private var nodes = [Node()]
    private var tokens: [[UInt8]: Int] = [:]
    private var literals: [Edge: Int] = [:]

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
        tokens[token] != nil
    }

    /// All tokens that a stem has as a literal.
    var namedTokens: some Collection<[UInt8]> { tokens.keys }

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
            node = child(of: node, token)
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

    private mutating func child(of parent: Int, _ token: Pattern.Token) -> Int {
        switch token {
        case .any:
            if nodes[parent].any < 0 {
                nodes[parent].any = nodes.count
                nodes.append(Node())
            }
            return nodes[parent].any
        case .literal(let bytes):
            let number = tokens[bytes] ?? tokens.count
            tokens[bytes] = number
            let edge = Edge(parent: parent, token: number)
            if let known = literals[edge] { return known }
            literals[edge] = nodes.count
            nodes.append(Node(nextLiteral: nodes[parent].firstLiteral))
            nodes[parent].firstLiteral = nodes.count - 1
            return nodes.count - 1
        }
    }

    private func path(_ stem: [Pattern.Token]) -> [Int] {
        stem.map { token in
            switch token {
            case .any: Step.any
            case .literal(let bytes): tokens[bytes] ?? Step.unknown
            }
        }
    }

    private func literal(_ parent: Int, _ step: Int) -> Int? {
        step >= 0 ? literals[Edge(parent: parent, token: step)] : nil
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
        let path = path(stem)
        steps += path.count
        var missing = wanted
        var pending = [(node: 0, depth: 0)]
        while let (number, depth) = pending.popLast() {
            steps += 1
            let node = nodes[number]
            guard missing.mayMeet(node.shortest, node.longest) else { continue }
            if node.shape >= 0, node.shape != excluded {
                steps += missing.runs.count + shapes[node.shape].lengths.runs.count
                missing = missing.subtracting(shapes[node.shape].lengths)
                if missing.isEmpty { return wanted }
            }
            guard depth < path.count else { continue }
            if node.any >= 0 { pending.append((node.any, depth + 1)) }
            if let child = literal(number, path[depth]) { pending.append((child, depth + 1)) }
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
        let path = path(shape.stem)
        steps += path.count
        var pending = [(node: 0, depth: 0)]
        while let (number, depth) = pending.popLast() {
            steps += 1
            let node = nodes[number]
            guard shape.lengths.mayMeet(node.shortest, node.longest) else { continue }
            if node.shape >= 0 {
                steps += 1
                guard visit(node.shape) else { return }
            }
            if node.any >= 0 { pending.append((node.any, depth + 1)) }
            if depth < path.count, path[depth] != Step.any {
                if let child = literal(number, path[depth]) { pending.append((child, depth + 1)) }
            } else {
                var child = node.firstLiteral
                while child >= 0 {
                    pending.append((child, depth + 1))
                    child = nodes[child].nextLiteral
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
