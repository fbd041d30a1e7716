import Subjects

/// The name of a client's queue group, cut for walks over the queue parts of rules.
///
/// Clients may call a group whatever they like, `>` too. Such a name is compared as the pattern that it looks like: a rule
/// has to contain all of it, so that `*` does not name the group `>` (as `nats-server` 2.15.1 has it).
struct GroupName {
    let bytes: [UInt8]
    let tokens: SubjectTokens
    /// How many bytes there are before a last `.>`, or all of them.
    let count: Int
    private let hasTail: Bool

    init(_ bytes: [UInt8], seed: UInt64) {
        self.bytes = bytes
        let pattern = PatternWords(bytes.span)
        let tokens = SubjectTokens(
            bytes.span.extracting(0..<pattern.count), seed: seed, isEmpty: pattern.isEmpty)
        hasTail = pattern.hasTail && !tokens.hasEmptyToken
        count = hasTail ? pattern.count : bytes.count
        // In names, other than in subjects, `>` stands for empty tokens too.
        self.tokens = (hasTail ? tokens : SubjectTokens(bytes.span, seed: seed)).allowingEmptyTokens()
    }

    /// The rule that names the group at a stop of a walk over its words, or -1.
    @inline(__always)
    func rule(at node: RuleTable.Node, _ stop: RuleWalk.Stop) -> Int32 {
        stop == .end && !hasTail ? node.end : node.tail
    }

    /// Whether a pattern of names is one that names the group.
    func isNamed(by pattern: Pattern) -> Bool {
        guard hasTail, let own = try? Pattern(bytes: bytes) else { return pattern.matches(bytes.span) }
        return own.isContained(in: pattern)
    }
}
