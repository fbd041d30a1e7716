/// How much of a pattern's subjects the rules of one or several tables contain together.
///
/// A pattern that ends in `>` is cut into *slices* by length: `a.>` into `a.*`, `a.*.*` and so on. Since there is no end
/// of possible tokens, a slice, a word of literals and `*`, lies in a union of patterns only if it lies in one of them;
/// so it is enough to know which lengths the rules have that contain such words. A pattern without `>` has one slice.
struct PatternCoverage {
    /// The most specific rule that contains the whole pattern, or -1.
    private(set) var whole: Int32 = -1
    /// A rule that contains the shortest slice, or -1.
    private(set) var part: Int32 = -1
    private var partLength = Int.max
    /// From this many tokens behind the pattern's own on, a rule with `>` contains the slices.
    private var open = Int.max
    /// The numbers of tokens behind the pattern's own that rules contain exactly: a bit for each of the first 64.
    private var exact: UInt64 = 0
    private var longer: Set<Int> = []

    mutating func containsAll(_ rule: Int32) {
        if whole < 0 { whole = rule }
    }

    mutating func containsSlice(_ tokens: Int, _ rule: Int32) {
        notePart(tokens, rule)
        if tokens <= 64 {
            exact |= 1 << UInt64(tokens - 1)
        } else {
            longer.insert(tokens)
        }
    }

    mutating func containsSlices(from tokens: Int, _ rule: Int32) {
        notePart(tokens, rule)
        open = min(open, tokens)
    }

    private mutating func notePart(_ tokens: Int, _ rule: Int32) {
        if tokens < partLength { (part, partLength) = (rule, tokens) }
    }

    /// The rule to name for a pattern that is contained: one that contains it all, or else its shortest slice. -1 where
    /// it is not contained.
    var rule: Int32 {
        if whole >= 0 { return whole }
        guard open < Int.max else { return -1 }
        var tokens = 1
        while tokens < open {
            guard tokens <= 64 ? exact & 1 << UInt64(tokens - 1) != 0 : longer.contains(tokens) else { return -1 }
            tokens += 1
        }
        return part
    }
}

/// A pattern as the text of a SUB line has it, cut for walks.
struct PatternWords {
    let hasTail: Bool
    let hasWildcards: Bool
    /// How many bytes there are before the last `.>`.
    let count: Int

    /// - Parameter text: a well-formed pattern.
    init(_ text: Span<UInt8>) {
        let isTail = text.count > 0 && text[text.count - 1] == UInt8(ascii: ">")
        hasTail = isTail && (text.count == 1 || text[text.count - 2] == UInt8(ascii: "."))
        count = hasTail ? max(0, text.count - 2) : text.count
        var hasStar = false
        var start = 0
        for index in 0...count where index == count || text[index] == UInt8(ascii: ".") {
            if index - start == 1, text[start] == UInt8(ascii: "*") { hasStar = true }
            start = index + 1
        }
        hasWildcards = hasTail || hasStar
    }

    /// Whether there is nothing before the `>`.
    var isEmpty: Bool { hasTail && count == 0 }
}

extension RuleTable {
    /// Adds what this table contains of a pattern.
    ///
    /// - Parameters:
    ///   - words: the pattern without its last `>`.
    ///   - accept: gives the rule for what ends somewhere, or -1: the rule itself, or the one that names a group.
    @inline(__always)
    func cover(
        _ coverage: inout PatternCoverage, _ words: Span<UInt8>, hasTail: Bool, _ tokens: SubjectTokens,
        queue: QueueQuestion, _ fillings: Fillings
    ) {
        guard !isEmpty else { return }
        var walk = RuleWalk(from: root)
        while let stop = walk.next(in: self, words, tokens, fillings) {
            let node = nodes[Int(walk.node)]
            if stop == .tail {
                // Fewer tokens than the pattern has, and any number behind them.
                let rule = accept(node.tail, words, queue, fillings)
                if rule >= 0 { coverage.containsAll(rule) }
            } else if hasTail {
                follow(walk.node, &coverage, words, queue, fillings)
            } else {
                let rule = accept(node.end, words, queue, fillings)
                if rule >= 0 { coverage.containsAll(rule) }
            }
            if coverage.whole >= 0 { return }
        }
    }

    /// Follows the `*` behind a node that all tokens of a pattern with `>` lead to.
    private func follow(
        _ first: UInt32, _ coverage: inout PatternCoverage, _ words: Span<UInt8>, _ queue: QueueQuestion,
        _ fillings: Fillings
    ) {
        var node = first
        var tokens = 0
        while node != Self.none {
            if tokens > 0 {
                let rule = accept(nodes[Int(node)].end, words, queue, fillings)
                if rule >= 0 { coverage.containsSlice(tokens, rule) }
            }
            let rule = accept(nodes[Int(node)].tail, words, queue, fillings)
            if rule >= 0 {
                if tokens == 0 { coverage.containsAll(rule) }
                return coverage.containsSlices(from: tokens + 1, rule)
            }
            node = anyChild(of: node)
            tokens += 1
        }
    }

    @inline(__always)
    private func accept(
        _ end: Int32, _ words: Span<UInt8>, _ queue: QueueQuestion, _ fillings: Fillings
    ) -> Int32 {
        guard end >= 0 else { return -1 }
        switch queue {
        case .plain: return joints.isEmpty || fitsTogether(end, words, nil, fillings) ? end : -1
        case .anyGroup: return matchQueue(UInt32(end), words, nil, fillings)
        case .group(let group): return matchQueue(UInt32(end), words, group, fillings)
        }
    }
}

/// Which entries a question about a pattern is for.
enum QueueQuestion {
    /// A table of plain entries.
    case plain
    /// A table of entries with groups, whichever they are.
    case anyGroup
    /// A table of entries with groups, those that name this one.
    case group(GroupName)
}
