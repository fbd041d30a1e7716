/// The union of some patterns, asked whether it contains another pattern.
///
/// The answer is exact, not a test of the patterns one by one: `a.*` and `a.*.>` together contain `a.>`, though neither
/// does alone. A pattern is cut into *slices* by length. A slice of one length is a word of literals and `*`, and since
/// there is no end of possible tokens, such a word lies in a union only if it lies in one of the members. The slices of
/// `a.>` are `a.*`, `a.*.*` and so on: they differ in nothing but their length, so it is enough to know which lengths the
/// members that contain such words have between them.
public struct PatternUnion: Sendable, Hashable {
    public let members: [Pattern]

    public init(_ members: [Pattern]) {
        self.members = members
    }

    /// Whether every subject of `pattern` lies in some member. Takes time linear in the size of members and pattern.
    public func contains(_ pattern: Pattern) -> Bool {
        guard pattern.hasTail else { return members.contains { pattern.isContained(in: $0) } }
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

    /// Whether some subject of `pattern` lies in some member.
    public func overlaps(_ pattern: Pattern) -> Bool {
        members.contains { $0.overlaps(pattern) }
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
