/// A walk over a table along the tokens of a subject, from one rule that matches to the next.
struct RuleWalk {
    private enum Phase {
        /// Just come to the node.
        case arriving
        /// Literals have been tried; what comes next is the edge of this number.
        case onEdge(UInt32)
        /// Only a `>` is left to be tried.
        case before
        case leaving
    }

    /// What the walk has come to.
    enum Stop {
        /// All tokens are used up at this node.
        case end
        /// The node goes on with `>`, and there is something left for it.
        case tail
    }

    private(set) var node: UInt32
    /// How many tokens are used up.
    private(set) var depth = 0
    private var start = 0
    private var phase = Phase.arriving

    init(from node: UInt32) {
        self.node = node
    }

    /// Goes to the next place where something may match, or gives nil when the walk has been everywhere. A stop at an
    /// end means that the tokens are used up, whether or not a rule ends there.
    @inline(__always)
    mutating func next(
        in table: RuleTable, _ subject: Span<UInt8>, _ tokens: SubjectTokens, _ fillings: Fillings
    ) -> Stop? {
        while true {
            switch phase {
            case .arriving:
                if depth == tokens.count {
                    phase = .leaving
                    return .end
                }
                let node = table.nodes[Int(self.node)]
                if node.hasLiterals {
                    let mark = tokens.mark(depth, start: start, in: subject)
                    let child = table.literalChild(of: self.node, mark, subject, start)
                    if child != RuleTable.none {
                        enter(child, after: Int(mark.end))
                        continue
                    }
                }
                phase = node.edges == RuleTable.none ? .before : .onEdge(node.edges)
            case .onEdge(let index):
                followEdge(from: index, table, subject, tokens, fillings)
            case .before:
                phase = .leaving
                if table.nodes[Int(node)].tail >= 0, !tokens.hasEmptyToken { return .tail }
            case .leaving:
                guard goBack(table, subject, tokens) else { return nil }
            }
        }
    }

    @inline(__always)
    private mutating func enter(_ child: UInt32, after end: Int) {
        node = child
        depth += 1
        start = end + 1
        phase = .arriving
    }

    /// Takes the first way, from an edge on, that the token fits.
    @inline(__always)
    private mutating func followEdge(
        from first: UInt32, _ table: RuleTable, _ subject: Span<UInt8>, _ tokens: SubjectTokens, _ fillings: Fillings
    ) {
        var index = Int(first)
        let mark = tokens.mark(depth, start: start, in: subject)
        guard Int(mark.end) > start else {
            // Only a literal can stand for an empty token.
            phase = .before
            return
        }
        while true {
            let edge = table.edges[index]
            if edge.template == RuleTable.Edge.last {
                phase = .before
                return
            }
            if edge.template < 0
                || table.templates[Int(edge.template)].matches(subject, start, Int(mark.end), fillings)
            {
                return enter(edge.node, after: Int(mark.end))
            }
            index += 1
        }
    }

    /// Goes back to the node before, to what is left to be tried there. False at the root.
    @inline(__always)
    private mutating func goBack(_ table: RuleTable, _ subject: Span<UInt8>, _ tokens: SubjectTokens) -> Bool {
        let left = table.nodes[Int(node)]
        guard left.parent != RuleTable.none else { return false }
        let cameByLiteral = table.isLiteral(node)
        node = left.parent
        depth -= 1
        start = tokens.start(depth, before: start, in: subject)
        if cameByLiteral {
            let edges = table.nodes[Int(node)].edges
            phase = edges == RuleTable.none ? .before : .onEdge(edges)
        } else {
            phase = .onEdge(left.extra + 1)
        }
        return true
    }
}

extension RuleTable {
    /// The rule that decides about a subject, or -1.
    func match(_ subject: Span<UInt8>, _ tokens: SubjectTokens, _ fillings: Fillings) -> Int32 {
        var walk = RuleWalk(from: root)
        while let stop = walk.next(in: self, subject, tokens, fillings) {
            let node = nodes[Int(walk.node)]
            let rule = stop == .end ? node.end : node.tail
            if rule >= 0, joints.isEmpty || fitsTogether(rule, subject, nil, fillings) { return rule }
        }
        return -1
    }

    /// In a table with queue groups: the rule for a subject and a group, or -1. Without a group any will do.
    func match(
        _ subject: Span<UInt8>, _ tokens: SubjectTokens, group: GroupName?, _ fillings: Fillings
    ) -> Int32 {
        var walk = RuleWalk(from: root)
        while let stop = walk.next(in: self, subject, tokens, fillings) {
            let node = nodes[Int(walk.node)]
            let queues = stop == .end ? node.end : node.tail
            guard queues >= 0 else { continue }
            let rule = matchQueue(UInt32(queues), subject, group, fillings)
            if rule >= 0 { return rule }
        }
        return -1
    }

    /// A rule among the queue parts of one subject, whichever group it names; or -1 where all have templates that
    /// nothing fills.
    private func anyQueue(_ queues: UInt32, _ subject: Span<UInt8>, _ fillings: Fillings) -> Int32 {
        if templates.isEmpty { return Int32(truncatingIfNeeded: nodes[Int(queues)].key) }
        var budget = ProgramLimits.overlapBudget
        var waiting = [queues]
        while let place = waiting.popLast() {
            budget -= 1
            guard budget > 0 else { return Int32(truncatingIfNeeded: nodes[Int(queues)].key) }
            let node = nodes[Int(place)]
            for rule in [node.end, node.tail] where rule >= 0 {
                if joints.isEmpty || fitsTogether(rule, subject, nil, fillings) { return rule }
            }
            for index in Int(literalStarts[Int(place)])..<Int(literalStarts[Int(place) + 1]) {
                waiting.append(literalNodes[index])
            }
            forEachEdge(of: place) { edge in
                if edge.template >= 0, let slot = templates[Int(edge.template)].slot,
                    fillings[slot].indices(slot.index).isEmpty
                {
                    return
                }
                waiting.append(edge.node)
            }
        }
        return -1
    }

    /// The rule among the queue parts of one subject that names a group, or -1.
    func matchQueue(
        _ queues: UInt32, _ subject: Span<UInt8>, _ group: GroupName?, _ fillings: Fillings
    ) -> Int32 {
        guard let group else { return anyQueue(queues, subject, fillings) }
        let words = group.bytes.span.extracting(0..<group.count)
        var walk = RuleWalk(from: queues)
        while let stop = walk.next(in: self, words, group.tokens, fillings) {
            let rule = group.rule(at: nodes[Int(walk.node)], stop)
            if rule >= 0, joints.isEmpty || fitsTogether(rule, subject, group.bytes, fillings) { return rule }
        }
        return -1
    }

    /// Whether the values of a rule's templates fit all its tokens at once. True where each token stands for itself.
    @inline(never)
    func fitsTogether(_ rule: Int32, _ subject: Span<UInt8>, _ queue: [UInt8]?, _ fillings: Fillings) -> Bool {
        var range = 0..<joints.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if joints[middle].rule == rule { return joints[middle].fits(subject, queue, fillings) }
            range = joints[middle].rule < rule ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return true
    }
}
