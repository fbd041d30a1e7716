/// The union of some patterns, asked whether it contains another pattern.
///
/// The answer is exact, not a test of the patterns one by one: `a.*` and `a.*.>` together contain `a.>`, though neither
/// does alone. A pattern is cut into *slices* by length. A slice of one length is a word of literals and `*`, and since
/// there is no end of possible tokens, such a word lies in a union only if it lies in one of the members. The slices of
/// `a.>` are `a.*`, `a.*.*` and so on: they differ in nothing but their length, so it is enough to know which lengths the
/// members that contain such words have between them.
///
/// Short lists are read from end to end; from ``indexedCount`` members on a trie of their tokens finds those that matter.
public struct PatternUnion: Sendable {
    /// From this many members on a question does not look at each of them.
    public static let indexedCount = 32

    public let members: [Pattern]
    private let index: ShapeList?

    /// Takes time linear in the size of the members.
    public init(_ members: [Pattern]) {
        self.members = members
        index = members.count < Self.indexedCount ? nil : ShapeList(members)
    }

    /// Whether every subject of `pattern` lies in some member. Takes at most time linear in the size of members and
    /// pattern; with an index, a few steps for each token of the pattern unless many members begin with `*`.
    public func contains(_ pattern: Pattern) -> Bool {
        var steps = 0
        return contains(pattern, steps: &steps)
    }

    /// Whether some subject of `pattern` lies in some member. As quick as ``contains(_:)``, but all members that begin
    /// like the pattern may be looked at where it has `*`.
    public func overlaps(_ pattern: Pattern) -> Bool {
        var steps = 0
        return overlaps(pattern, steps: &steps)
    }

    /// - Parameter steps: is made greater by the number of members, or of places of the index, that were looked at.
    package func contains(_ pattern: Pattern, steps: inout Int) -> Bool {
        if let index {
            let shape = Shape(pattern)
            return index.lengths(containing: shape.stem, within: shape.lengths, steps: &steps) == shape.lengths
        }
        steps += members.count
        guard pattern.hasTail else { return members.contains { pattern.isContained(in: $0) } }
        return containsTail(pattern)
    }

    package func overlaps(_ pattern: Pattern, steps: inout Int) -> Bool {
        if let index { return index.overlaps(Shape(pattern), steps: &steps) }
        steps += members.count
        return members.contains { $0.overlaps(pattern) }
    }

    private func containsTail(_ pattern: Pattern) -> Bool {
        let shortest = pattern.tokens.count
        // From this length on, a member with a tail contains the slices.
        var open = Int.max
        var exact: Set<Int> = []
        for member in members where member.containsContinuations(of: pattern.tokens) {
            if member.hasTail {
                open = min(open, max(member.tokens.count, shortest))
            } else if member.tokens.count > shortest {
                exact.insert(member.tokens.count)
            }
        }
        guard open < Int.max else { return false }
        var length = shortest + 1
        while length <= open {
            guard exact.contains(length) else { return false }
            length += 1
        }
        return true
    }
}

extension PatternUnion: Hashable {
    public static func == (one: PatternUnion, other: PatternUnion) -> Bool {
        one.members == other.members
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(members)
    }
}

extension Pattern {
    /// Whether the pattern contains `word`, continued by as many `*` as it takes to reach a length that the pattern has.
    fileprivate func containsContinuations(of word: [Token]) -> Bool {
        for index in 0..<literalEnd where tokens[index] != .any {
            guard index < word.count, word[index] == tokens[index] else { return false }
        }
        return true
    }
}
