import Subjects

/// Rules by their tokens, to find those that contain a pattern or meet it without looking at all of them.
///
/// A question takes a few steps for rules that begin with literals, and at worst as many as the rules have tokens; all
/// questions together take no more than ``SubjectSet/maximumSteps``.
struct RuleIndex {
    private let rules: [PolicyRule]
    private var trie = TokenTrie()
    /// By place, the first rule that ends there, and the first whose `>` follows; by rule, the next one of its place.
    private var ends = [-1]
    private var tails = [-1]
    private var next: [Int]
    private(set) var steps = 0

    /// - Parameter pattern: what of each rule counts.
    init(_ rules: [PolicyRule], by pattern: (PolicyRule) -> Pattern = { $0.pattern }) {
        self.rules = rules
        next = [Int](repeating: -1, count: rules.count)
        for (index, rule) in rules.enumerated() { insert(pattern(rule), index) }
    }

    init(_ patterns: [Pattern]) { self.init(patterns.map { PolicyRule($0, []) }) }

    private mutating func insert(_ pattern: Pattern, _ rule: Int) {
        var place = 0
        for token in pattern.tokens {
            place = trie.child(adding: token, to: place)
            if place == ends.count {
                ends.append(-1)
                tails.append(-1)
            }
        }
        if pattern.hasTail {
            (next[rule], tails[place]) = (tails[place], rule)
        } else {
            (next[rule], ends[place]) = (ends[place], rule)
        }
    }

    private func add(_ first: Int, to found: inout [Int]) {
        var rule = first
        while rule >= 0 {
            found.append(rule)
            rule = next[rule]
        }
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
        let count = pattern.tokens.count
        var word = TokenTrie.Word(pattern.tokens, in: trie)
        var following: (place: Int, depth: Int)? = (0, 0)
        // What is left for later where the walk forks.
        var pending: [(place: Int, depth: Int)] = []
        while let (place, depth) = following ?? pending.popLast() {
            try spend()
            following = nil
            if depth < count || pattern.hasTail { add(tails[place], to: &found) }
            guard depth < count else {
                if !pattern.hasTail { add(ends[place], to: &found) }
                continue
            }
            let any = trie.places[place].any
            if any >= 0 { following = (any, depth + 1) }
            let literal = word.child(of: place, at: depth)
            if literal >= 0 {
                if let following { pending.append(following) }
                following = (literal, depth + 1)
            }
        }
        return found
    }

    /// The rules that have some subject in common with a pattern, by their places.
    ///
    /// - Parameter most: how many are enough.
    mutating func meeting(_ pattern: Pattern, most: Int = .max) throws(SubjectsTooLarge) -> [Int] {
        var found: [Int] = []
        let count = pattern.tokens.count
        var word = TokenTrie.Word(pattern.tokens, in: trie)
        var pending = [(place: 0, depth: 0)]
        while found.count < most, let (place, depth) = pending.popLast() {
            try spend()
            // Behind its last token a `>` of the pattern stands for any others.
            let isBehind = depth >= count
            if !isBehind || pattern.hasTail { add(tails[place], to: &found) }
            if isBehind, pattern.hasTail ? depth > count : true { add(ends[place], to: &found) }
            if isBehind, !pattern.hasTail { continue }
            let any = trie.places[place].any
            if any >= 0 { pending.append((any, depth + 1)) }
            if !isBehind, pattern.tokens[depth] != .any {
                let literal = word.child(of: place, at: depth)
                if literal >= 0 { pending.append((literal, depth + 1)) }
            } else {
                var child = trie.places[place].firstLiteral
                while child >= 0 {
                    pending.append((child, depth + 1))
                    child = trie.places[child].nextLiteral
                }
            }
        }
        return found
    }

    /// The first of the rules before one that has some subject in common with it.
    mutating func meeting(before number: Int) throws(SubjectsTooLarge) -> Int? {
        guard rules.indices.contains(number), let first = try meeting(rules[number].pattern).min(), first < number
        else { return nil }
        return first
    }

    private mutating func spend() throws(SubjectsTooLarge) {
        steps += 1
        guard steps <= SubjectSet.maximumSteps else { throw .steps(SubjectSet.maximumSteps) }
    }
}
