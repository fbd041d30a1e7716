import Subjects

/// Rules by their tokens, to find those that contain a pattern or meet it without looking at all of them.
///
/// A question takes a few steps for rules that begin with literals, and at worst as many as the rules have tokens; all
/// questions together take no more than ``SubjectSet/maximumSteps``.
struct RuleIndex {
    private struct Node {
        var any = -1
        /// The literals below it.
        var children: [[UInt8]: Int] = [:]
        /// The rules that end here, and those whose `>` follows.
        var ends: [Int] = []
        var tails: [Int] = []
    }

    private let rules: [PolicyRule]
    private var nodes = [Node()]
    private var steps = 0

    /// - Parameter pattern: what of each rule counts.
    init(_ rules: [PolicyRule], by pattern: (PolicyRule) -> Pattern = { $0.pattern }) {
        self.rules = rules
        for (index, rule) in rules.enumerated() { insert(pattern(rule), index) }
    }

    private mutating func insert(_ pattern: Pattern, _ rule: Int) {
        var node = 0
        for token in pattern.tokens { node = child(of: node, token) }
        if pattern.hasTail { nodes[node].tails.append(rule) } else { nodes[node].ends.append(rule) }
    }

    private mutating func child(of node: Int, _ token: Pattern.Token) -> Int {
        let known =
            switch token {
            case .any: nodes[node].any
            case .literal(let bytes): nodes[node].children[bytes] ?? -1
            }
        if known >= 0 { return known }
        switch token {
        case .any: nodes[node].any = nodes.count
        case .literal(let bytes): nodes[node].children[bytes] = nodes.count
        }
        nodes.append(Node())
        return nodes.count - 1
    }

    // MARK: Questions

    /// The rules of the file that a pattern comes from: those that it lies in, or where none is so large, those that it
    /// meets.
    mutating func sources(of pattern: Pattern) throws(SubjectsTooLarge) -> [PolicyPosition] {
        var found = try containing(pattern)
        if found.isEmpty { found = try meeting(pattern) }
        guard found.count > 1 else { return found.first.map { rules[$0].sources.sorted() } ?? [] }
        return Set(found.flatMap { rules[$0].sources }).sorted()
    }

    /// The rules that a pattern lies in, by their places.
    mutating func containing(_ pattern: Pattern) throws(SubjectsTooLarge) -> [Int] {
        var found: [Int] = []
        var pending = [(node: 0, depth: 0)]
        while let (number, depth) = pending.popLast() {
            try spend()
            let node = nodes[number]
            let isWhole = depth == pattern.tokens.count
            if !isWhole || pattern.hasTail { found += node.tails }
            guard !isWhole else {
                if !pattern.hasTail { found += node.ends }
                continue
            }
            if node.any >= 0 { pending.append((node.any, depth + 1)) }
            if case .literal(let bytes) = pattern.tokens[depth], let child = node.children[bytes] {
                pending.append((child, depth + 1))
            }
        }
        return found
    }

    /// The rules that have some subject in common with a pattern, by their places.
    ///
    /// - Parameter most: how many are enough.
    mutating func meeting(_ pattern: Pattern, most: Int = .max) throws(SubjectsTooLarge) -> [Int] {
        var found: [Int] = []
        var pending = [(node: 0, depth: 0)]
        while found.count < most, let (number, depth) = pending.popLast() {
            try spend()
            let node = nodes[number]
            // Behind its last token a `>` of the pattern stands for any others.
            let isBehind = depth >= pattern.tokens.count
            if !isBehind || pattern.hasTail { found += node.tails }
            if isBehind, pattern.hasTail ? depth > pattern.tokens.count : true { found += node.ends }
            if isBehind, !pattern.hasTail { continue }
            if node.any >= 0 { pending.append((node.any, depth + 1)) }
            if !isBehind, case .literal(let bytes) = pattern.tokens[depth] {
                if let child = node.children[bytes] { pending.append((child, depth + 1)) }
            } else {
                for child in node.children.values { pending.append((child, depth + 1)) }
            }
        }
        return found
    }

    private mutating func spend() throws(SubjectsTooLarge) {
        steps += 1
        guard steps <= SubjectSet.maximumSteps else { throw .steps(SubjectSet.maximumSteps) }
    }
}
