import Subjects
import Testing

@Suite struct PatternUnionCostTests {
    /// A rule of many tokens must not make each question about a short pattern costly: a hundred thousand of them are
    /// asked here, against rules with thousands of tokens.
    @Test func longMembersCostNoMoreThanTheyHold() throws {
        let long = [String](repeating: "*", count: 2_000).joined(separator: ".")
        let union = try PatternUnion([Pattern(long), Pattern("a." + long), Pattern(long + ".>")])
        let asked = try Pattern("a.>")
        var contained = 0
        for _ in 0..<100_000 where union.contains(asked) { contained += 1 }
        #expect(contained == 0)
    }
}
