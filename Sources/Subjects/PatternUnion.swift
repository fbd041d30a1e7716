/// The union of some patterns, asked whether it contains another pattern.
///
/// The answer is exact, not a test of the patterns one by one: `a.*` and `a.*.>` together contain `a.>`, though neither
/// does alone. The pattern is cut into *slices* by length. A slice of one length is a word of literals and `*`, and since
/// there is no end of possible tokens, such a word lies in a union only if it lies in one of the members. Lengths beyond
/// every member's are all alike and make one last slice.
public struct PatternUnion: Sendable, Hashable {
    public let members: [Pattern]

    /// Lengths above this one are all treated alike by the members.
    private let longest: Int

    public init(_ members: [Pattern]) {
        self.members = members
        self.longest = members.reduce(0) { max($0, $1.tokens.count + ($1.hasTail ? 1 : 0)) }
    }

    /// The place of the first member that a subject lies in.
    public func firstIndex(matching subject: Span<UInt8>) -> Int? {
        for index in members.indices where members[index].matches(subject) { return index }
        return nil
    }

    /// Whether every subject of `pattern` lies in some member. Takes at most (members × slices × tokens) steps, with no
    /// more slices than the longest member has tokens.
    public func contains(_ pattern: Pattern) -> Bool {
        slices(of: pattern).allSatisfy { slice in members.contains { slice.isContained(in: $0) } }
    }

    /// Whether some subject of `pattern` lies in some member.
    public func overlaps(_ pattern: Pattern) -> Bool {
        members.contains { $0.overlaps(pattern) }
    }

    /// The pattern cut by length, as far as the members can tell lengths apart.
    public func slices(of pattern: Pattern) -> [Pattern] {
        guard pattern.hasTail else { return [pattern] }
        var result: [Pattern] = []
        var tokens = pattern.tokens
        while tokens.count < longest {
            tokens.append(.any)
            result.append(Pattern(tokens: tokens, hasTail: false))
        }
        result.append(Pattern(tokens: tokens, hasTail: true))
        return result
    }
}
