import Subjects
import TestSupport
import Testing

/// The relations, against an oracle that lists all subjects over a small alphabet. One letter occurs in no pattern and
/// one more token than any pattern has is tried, so that the lists stand for all subjects there are.
@Suite struct PatternOracleTests {
    private static let subjects: [String] = {
        var all: [String] = []
        var level = [""]
        for _ in 0..<5 {
            level = level.flatMap { prefix in ["a", "b", "z"].map { prefix.isEmpty ? $0 : prefix + "." + $0 } }
            all += level
        }
        return all
    }()

    private static func randomPattern(_ generator: inout some RandomNumberGenerator) -> Pattern {
        var tokens = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
            ["a", "b", "*"].randomElement(using: &generator) ?? "a"
        }
        if Bool.random(using: &generator) { tokens[tokens.count - 1] = ">" }
        guard let pattern = try? Pattern(tokens.joined(separator: ".")) else { preconditionFailure("\(tokens)") }
        return pattern
    }

    private static func members(_ pattern: Pattern) -> Set<String> {
        Set(subjects.filter { pattern.matches(Array($0.utf8).span) })
    }

    @Test func relationsAgreeWithEnumeration() {
        var generator = SeededGenerator.announced()
        for _ in 0..<4_000 {
            let (one, other) = (Self.randomPattern(&generator), Self.randomPattern(&generator))
            let (first, second) = (Self.members(one), Self.members(other))
            #expect(one.isContained(in: other) == first.isSubset(of: second), "\(one) in \(other)")
            #expect(one.overlaps(other) == !first.isDisjoint(with: second), "\(one) meets \(other)")
            if let meet = one.intersection(other) {
                #expect(Self.members(meet) == first.intersection(second), "\(one) and \(other)")
            }
        }
    }

    @Test func unionsAgreeWithEnumeration() {
        var generator = SeededGenerator.announced()
        var contained = 0
        for _ in 0..<4_000 {
            let patterns = (0..<Int.random(in: 1...5, using: &generator)).map { _ in Self.randomPattern(&generator) }
            let asked = Self.randomPattern(&generator)
            let union = patterns.reduce(into: Set<String>()) { $0.formUnion(Self.members($1)) }
            let expected = Self.members(asked).isSubset(of: union)
            #expect(PatternUnion(patterns).contains(asked) == expected, "\(asked) in \(patterns)")
            contained += expected ? 1 : 0
        }
        #expect(contained > 400)
    }

    /// Long lists are asked by another road than short ones, to the same answers.
    @Test func indexedUnionsAgreeWithListsAndEnumeration() throws {
        var generator = SeededGenerator.announced()
        let elsewhere = try (0..<PatternUnion.indexedCount).map { try Pattern("c.n\($0)") }
        for _ in 0..<2_000 {
            let patterns = (0..<Int.random(in: 1...6, using: &generator)).map { _ in Self.randomPattern(&generator) }
            let asked = Self.randomPattern(&generator)
            let (short, long) = (PatternUnion(patterns), PatternUnion(patterns + elsewhere))
            let members = patterns.map(Self.members)
            let isContained = Self.members(asked).isSubset(of: members.reduce(into: []) { $0.formUnion($1) })
            #expect(
                short.contains(asked) == isContained && long.contains(asked) == isContained, "\(asked) in \(patterns)")
            let overlaps = members.contains { !$0.isDisjoint(with: Self.members(asked)) }
            let meetsElsewhere = elsewhere.contains { $0.overlaps(asked) }
            #expect(short.overlaps(asked) == overlaps, "\(asked) in \(patterns)")
            #expect(long.overlaps(asked) == (overlaps || meetsElsewhere), "\(asked) in \(patterns)")
        }
    }
}
