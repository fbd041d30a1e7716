/// Builds a ``RuleTable``: first as a tree that grows, then in its flat form, for as many seeds as it takes.
struct RuleTableBuilder {
    private struct Node {
        enum Way {
            case root
            case literal([UInt8])
            case any
            case template
        }

        let parent: Int
        let way: Way
        let depth: Int
        var any = -1
        var templates: [(template: Int, node: Int)] = []
        /// The rule that ends here, and the one that goes on with `>`.
        var end: Int32 = -1
        var tail: Int32 = -1
        /// The roots of the queue parts behind both.
        var endQueues = -1
        var tailQueues = -1
        var hasLiterals = false
        /// In the root of a queue part: the first rule that has it.
        var firstRule: Int32 = -1
    }

    private struct ChildKey: Hashable {
        let parent: Int
        let token: [UInt8]
    }

    private struct TemplateChildKey: Hashable {
        let parent: Int
        let template: Int
    }

    /// Which list, to be named when it is past a limit.
    private let list: Rule.List
    private var nodes: [Node] = [Node(parent: -1, way: .root, depth: 0)]
    private var literals: [ChildKey: Int] = [:]
    private var templates: [TemplateToken: Int] = [:]
    private var templateChildren: [TemplateChildKey: Int] = [:]
    private var templateTokens: [TemplateToken] = []
    private var joints: [JointRule] = []

    /// - Parameter remaining: how many tokens the program may still have; taken from.
    init(_ entries: [RuleEntry], list: Rule.List, remaining: inout Int) throws(ProgramFault) {
        self.list = list
        for entry in entries {
            try insert(entry)
            guard nodes.count <= remaining else { throw .tooManyTokens }
        }
        remaining -= nodes.count - 1
    }

    private mutating func insert(_ entry: RuleEntry) throws(ProgramFault) {
        var isFirst = false
        let node = try insert(entry.subject, from: 0)
        if let queue = entry.queue {
            let root = queueRoot(node, isTail: entry.subject.hasTail, entry.index)
            let end = try insert(queue, from: root)
            isFirst = close(end, isTail: queue.hasTail, entry.index)
        } else {
            isFirst = close(node, isTail: entry.subject.hasTail, entry.index)
        }
        if isFirst, entry.isJoint { joints.append(JointRule(entry)) }
    }

    /// Notes the rule where its pattern ends. Of equal patterns the first is kept.
    private mutating func close(_ node: Int, isTail: Bool, _ rule: Int32) -> Bool {
        guard (isTail ? nodes[node].tail : nodes[node].end) < 0 else { return false }
        if isTail { nodes[node].tail = rule } else { nodes[node].end = rule }
        return true
    }

    /// The root of the queue parts of a subject's pattern.
    private mutating func queueRoot(_ node: Int, isTail: Bool, _ rule: Int32) -> Int {
        let known = isTail ? nodes[node].tailQueues : nodes[node].endQueues
        guard known < 0 else { return known }
        let root = nodes.count
        nodes.append(Node(parent: -1, way: .root, depth: 0))
        nodes[root].firstRule = rule
        if isTail { nodes[node].tailQueues = root } else { nodes[node].endQueues = root }
        return root
    }

    private mutating func insert(_ words: RuleEntry.Words, from root: Int) throws(ProgramFault) -> Int {
        var node = root
        for token in words.tokens {
            switch token {
            case .any:
                if nodes[node].any < 0 { nodes[node].any = add(.any, to: node) }
                node = nodes[node].any
            case .template(let template):
                node = try templateChild(of: node, template)
            case .literal(let bytes):
                guard bytes.count <= ProgramLimits.maximumTokenLength else { throw .tokenTooLong }
                let key = ChildKey(parent: node, token: bytes)
                if let known = literals[key] {
                    node = known
                } else {
                    nodes[node].hasLiterals = true
                    node = add(.literal(bytes), to: node)
                    literals[key] = node
                }
            }
            guard nodes.count <= ProgramLimits.maximumTokens else { throw .tooManyTokens }
        }
        return node
    }

    private mutating func templateChild(of node: Int, _ token: TemplateToken) throws(ProgramFault) -> Int {
        let template: Int
        if let known = templates[token] {
            template = known
        } else {
            template = templateTokens.count
            templates[token] = template
            templateTokens.append(token)
        }
        let key = TemplateChildKey(parent: node, template: template)
        if let known = templateChildren[key] { return known }
        // Each is a step of its own, so more would be refused in the end.
        guard nodes[node].templates.count < ProgramLimits.maximumSteps else { throw .tooManySteps(list: list) }
        let child = add(.template, to: node)
        nodes[node].templates.append((template, child))
        templateChildren[key] = child
        return child
    }

    private mutating func add(_ way: Node.Way, to parent: Int) -> Int {
        nodes.append(Node(parent: parent, way: way, depth: nodes[parent].depth + 1))
        return nodes.count - 1
    }

    // MARK: The bound

    /// The most steps that any subject can take: at each node it goes on to one literal at most, and to everything else.
    ///
    /// A template costs a step of its own. Where templates are joined, each combination of their values may be tried once,
    /// and a list has at most ``ProgramLimits/maximumExpansions`` of those. Behind the tokens that have marks, the rest of the subject is cut again on each
    /// way that is tried, which costs ``ProgramLimits/cutting``.
    func maximumSteps() throws(ProgramFault) -> Int {
        var steps = [Int](repeating: 0, count: nodes.count)
        var literal = [Int](repeating: 0, count: nodes.count)
        // Nodes come after those they hang on, queue parts after their subjects.
        for index in nodes.indices.reversed() {
            let node = nodes[index]
            steps[index] += 1 + literal[index] + node.templates.count + Self.cutting(node)
            if node.endQueues >= 0 { steps[index] += steps[node.endQueues] }
            if node.tailQueues >= 0 { steps[index] += steps[node.tailQueues] }
            guard steps[index] <= ProgramLimits.maximumSteps else { throw .tooManySteps(list: list) }
            guard node.parent >= 0 else { continue }
            if case .literal = node.way {
                literal[node.parent] = max(literal[node.parent], steps[index])
            } else {
                steps[node.parent] += steps[index]
            }
        }
        return steps[0] + (joints.isEmpty ? 0 : ProgramLimits.maximumExpansions)
    }

    /// What cutting tokens again costs at a node: once where a way leaves the tokens that have marks, and further on for
    /// each way but one.
    private static func cutting(_ node: Node) -> Int {
        let ways = (node.hasLiterals ? 1 : 0) + node.templates.count + (node.any >= 0 ? 1 : 0)
        if node.depth == SubjectTokens.capacity { return ways * ProgramLimits.cutting }
        return node.depth > SubjectTokens.capacity ? max(0, ways - 1) * ProgramLimits.cutting : 0
    }

    // MARK: The flat form

    /// - Parameter enumeratesLiterals: whether the table will be asked what a pattern with wildcards overlaps.
    /// - Returns: nil where tokens crowd in one place of the table under this seed.
    func table(seed: UInt64, enumeratesLiterals: Bool, maximumSteps: Int) -> RuleTable? {
        var size = 1
        while size < (literals.count + 1) * 2 { size *= 2 }
        var layout = Layout(size: size, count: nodes.count - literals.count)
        for (index, node) in nodes.enumerated() {
            guard layout.place(node.parent, Self.literal(node), seed: seed, index) else { return nil }
        }
        for (index, node) in nodes.enumerated() {
            let place = layout.places[index]
            layout.nodes[place].hasLiterals = node.hasLiterals
            layout.nodes[place].end = node.endQueues < 0 ? node.end : Int32(layout.places[node.endQueues])
            layout.nodes[place].tail = node.tailQueues < 0 ? node.tail : Int32(layout.places[node.tailQueues])
            if node.firstRule >= 0 { layout.nodes[place].key = UInt64(node.firstRule) }
            layout.addEdges(place, templates: node.templates, any: node.any)
        }
        let children = enumeratesLiterals ? layout.literalChildren() : ([], [])
        return RuleTable(
            nodes: layout.nodes, edges: layout.edges, templates: templateTokens.map(Self.flat), text: layout.text,
            literalMask: size - 1, literalCount: size, root: UInt32(layout.places[0]), joints: joints,
            literalStarts: children.0, literalNodes: children.1, maximumSteps: maximumSteps,
            isEmpty: nodes.count == 1 && nodes[0].tail < 0)
    }

    private static func literal(_ node: Node) -> [UInt8]? {
        if case .literal(let bytes) = node.way { bytes } else { nil }
    }

    private static func flat(_ token: TemplateToken) -> RuleTable.Template {
        RuleTable.Template(prefix: token.prefix, suffix: token.suffix, slot: token.onlySlot)
    }

    /// The arrays of the flat form while they are filled.
    private struct Layout {
        var nodes: [RuleTable.Node]
        var edges: [RuleTable.Edge] = []
        var text: [UInt8] = []
        /// Where each node of the tree is.
        var places: [Int] = []
        private let size: Int

        init(size: Int, count: Int) {
            self.size = size
            nodes = [RuleTable.Node](repeating: RuleTable.Node(), count: size)
            nodes.reserveCapacity(size + count)
        }

        /// Gives a node its place. False where the place for a literal is too far from where it should be.
        mutating func place(_ parent: Int, _ literal: [UInt8]?, seed: UInt64, _ index: Int) -> Bool {
            let parentPlace = parent < 0 ? RuleTable.none : UInt32(places[parent])
            var node = RuleTable.Node()
            node.parent = parentPlace
            guard let literal else {
                places.append(nodes.count)
                nodes.append(node)
                return true
            }
            let (hash, key) = TokenHash.of(literal, seed: seed)
            node.key = key
            node.count = UInt16(literal.count)
            if literal.count > 8 {
                node.extra = UInt32(text.count)
                text.append(contentsOf: literal[8...])
            }
            var place = RuleTable.place(hash, parentPlace, mask: size - 1)
            var probes = 0
            while nodes[place].parent != RuleTable.free {
                place = (place + 1) & (size - 1)
                probes += 1
                guard probes <= ProgramLimits.longestProbe else { return false }
            }
            nodes[place] = node
            places.append(place)
            return true
        }

        mutating func addEdges(_ place: Int, templates: [(template: Int, node: Int)], any: Int) {
            guard !templates.isEmpty || any >= 0 else { return }
            nodes[place].edges = UInt32(edges.count)
            for (template, node) in templates { add(Int32(template), node) }
            if any >= 0 { add(RuleTable.Edge.anyToken, any) }
            edges.append(RuleTable.Edge(template: RuleTable.Edge.last, node: RuleTable.none))
        }

        private mutating func add(_ template: Int32, _ node: Int) {
            nodes[places[node]].extra = UInt32(edges.count)
            edges.append(RuleTable.Edge(template: template, node: UInt32(places[node])))
        }

        /// The literal ways from each node.
        func literalChildren() -> ([UInt32], [UInt32]) {
            var counts = [UInt32](repeating: 0, count: nodes.count + 1)
            for place in 0..<size where nodes[place].parent != RuleTable.free {
                counts[Int(nodes[place].parent) + 1] += 1
            }
            for index in 1..<counts.count { counts[index] += counts[index - 1] }
            var next = counts
            var children = [UInt32](repeating: 0, count: Int(counts[counts.count - 1]))
            for place in 0..<size where nodes[place].parent != RuleTable.free {
                let parent = Int(nodes[place].parent)
                children[Int(next[parent])] = UInt32(place)
                next[parent] += 1
            }
            return (counts, children)
        }
    }
}
