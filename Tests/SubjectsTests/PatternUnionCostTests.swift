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

    /// Of ten thousand members a question looks at a few.
    @Test func largeUnionsLookAtFewMembers() throws {
        var members = try (0..<10_000).map { try Pattern("plant.p\($0).telemetry.>") }
        members += try [Pattern("*.p7.cmd"), Pattern("plant.*.alarm"), Pattern("plant.p7.*")]
        let union = PatternUnion(members)
        for (text, isContained, overlaps) in [
            ("plant.p9999.telemetry.x", true, true), ("plant.p7.cmd", true, true), ("plant.p7.>", false, true),
            ("plant.p8.alarm", true, true), ("plant.p8.alarms", false, false), ("orders.>", false, true),
            ("orders.x", false, false), ("plant.p7.telemetry.>", true, true),
        ] {
            let pattern = try Pattern(text)
            var steps = 0
            #expect(union.contains(pattern, steps: &steps) == isContained, "\(text)")
            #expect(union.overlaps(pattern, steps: &steps) == overlaps, "\(text)")
            #expect(steps < 60, "\(text): \(steps)")
        }
    }
}
