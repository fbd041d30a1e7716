extension RuleTable {
    /// Whether some rule matches some subject of a pattern. Rules whose templates are joined, and more rules than
    /// ``ProgramLimits/overlapBudget``, count as if they did.
    ///
    /// - Parameter group: in a table with queue groups, the group that has to be named.
    func overlaps(
        _ words: Span<UInt8>, _ question: SubscribeRules.Question, _ group: GroupName?, _ fillings: Fillings
    ) -> Bool {
        guard !isEmpty else { return false }
        if !question.pattern.hasWildcards {
            return group == nil
                ? match(words, question.tokens, fillings) >= 0
                : match(words, question.tokens, group: group, fillings) >= 0
        }
        var budget = ProgramLimits.overlapBudget
        var waiting: [(node: UInt32, depth: Int, start: Int)] = [(root, 0, 0)]
        while let (place, depth, start) = waiting.popLast() {
            budget -= 1
            guard budget > 0 else { return true }
            let node = nodes[Int(place)]
            let isAtEnd = depth >= question.tokens.count
            // What goes on with `>` needs a token more.
            if !isAtEnd || question.pattern.hasTail, names(node.tail, group, fillings) { return true }
            if isAtEnd {
                let isBeyond = depth > question.tokens.count
                if isBeyond || !question.pattern.hasTail, names(node.end, group, fillings) { return true }
                if question.pattern.hasTail { addChildren(of: place, to: &waiting, depth + 1, start) }
                continue
            }
            let mark = question.tokens.mark(depth, start: start, in: words)
            let next = Int(mark.end) + 1
            if next - start == 2, words[start] == UInt8(ascii: "*") {
                addChildren(of: place, to: &waiting, depth + 1, next)
                continue
            }
            let literal = literalChild(of: place, mark, words, start)
            if literal != Self.none { waiting.append((literal, depth + 1, next)) }
            forEachEdge(of: place) { edge in
                if edge.template < 0
                    || templates[Int(edge.template)].matches(words, start, Int(mark.end), fillings)
                {
                    waiting.append((edge.node, depth + 1, next))
                }
            }
        }
        return false
    }

    private func addChildren(
        of place: UInt32, to waiting: inout [(node: UInt32, depth: Int, start: Int)], _ depth: Int, _ start: Int
    ) {
        for index in Int(literalStarts[Int(place)])..<Int(literalStarts[Int(place) + 1]) {
            waiting.append((literalNodes[index], depth, start))
        }
        forEachEdge(of: place) { waiting.append(($0.node, depth, start)) }
    }

    @inline(__always)
    func forEachEdge(of place: UInt32, _ body: (Edge) -> Void) {
        guard nodes[Int(place)].edges != Self.none else { return }
        var index = Int(nodes[Int(place)].edges)
        while edges[index].template != Edge.last {
            body(edges[index])
            index += 1
        }
    }

    /// Whether something ends here, for the group where one is asked about.
    private func names(_ end: Int32, _ group: GroupName?, _ fillings: Fillings) -> Bool {
        guard end >= 0 else { return false }
        guard let group else { return true }
        // Which subject it is stays open, so joined templates are not compared: the group's tokens alone decide.
        let words = group.bytes.span.extracting(0..<group.count)
        var walk = RuleWalk(from: UInt32(end))
        while let stop = walk.next(in: self, words, group.tokens, fillings) {
            if group.rule(at: nodes[Int(walk.node)], stop) >= 0 { return true }
        }
        return false
    }
}
