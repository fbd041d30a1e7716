import Subjects
import TestSupport
import Testing

/// What operations cost on rules that are made to be costly, in steps and not in time.
@Suite struct SubjectSetCostTests {
    private func patterns(_ texts: [String]) throws -> [Pattern] { try texts.map { try Pattern($0) } }

    /// Twenty rules of twenty tokens, each with another token named: a product automaton has 2²⁰ states.
    @Test func twentyRulesOfTwentyTokens() throws {
        let rules = (0..<20).map { place in
            (0..<20).map { $0 == place ? "t\(place)" : "*" }.joined(separator: ".")
        }
        let others = (0..<20).map { place in
            (0..<20).map { $0 == place ? "u\(place)" : "*" }.joined(separator: ".")
        }
        let all = [String](repeating: "*", count: 20).joined(separator: ".")
        var effort = Effort()
        let old = try SubjectSet(patterns([all]), except: patterns(rules))
        let new = try SubjectSet(patterns([all]), except: patterns(others))
        #expect(try !old.isSubset(of: new, &effort))
        #expect(try old.overlaps(new, &effort))
        #expect(try old.subtracting(new, &effort).lines(&effort).lines.count == 1)
        #expect(try SubjectSet(patterns(rules)).subtracting(new, &effort).isEmpty(&effort) == false)
        #expect(try old.union(new, &effort).isEqual(to: SubjectSet(patterns([all])), &effort) == false)
        #expect(effort.steps < 200_000, "\(effort.steps)")
    }

    /// All of a list's members begin with `*`, so each question looks at many.
    @Test func hostileListsEndInABound() throws {
        var random = SeededGenerator.announced()
        func rules(_ count: Int) throws -> [Pattern] {
            try (0..<count).map { _ in
                var tokens = (0..<20).map { _ in ["*", "*", "a", "b"].randomElement(using: &random) ?? "*" }
                // A deny that is all `*` would leave nothing to ask about.
                if !tokens.contains(where: { $0 != "*" }) { tokens[0] = "a" }
                return try Pattern(tokens.joined(separator: "."))
            }
        }
        let (allow, deny) = try (rules(3_000), rules(3_000))
        let set = SubjectSet(allow, except: deny)
        // A tenth of what an operation may, so that the test is quick; the real limit is further on the same road.
        var effort = Effort(maximumSteps: SubjectSet.maximumSteps / 10)
        #expect(throws: SubjectsTooLarge.steps(effort.maximumSteps)) { try set.isSubset(of: set, &effort) }
        var next = Effort(maximumSteps: SubjectSet.maximumSteps / 10)
        #expect(throws: SubjectsTooLarge.steps(next.maximumSteps)) { try set.lines(&next) }
        // Smaller ones are answered.
        let few = SubjectSet(Array(allow.prefix(100)), except: Array(deny.prefix(100)))
        #expect(try !few.lines().lines.isEmpty)
    }

    @Test func longPatternsCostTheirTokens() throws {
        let count = 4_096
        let stars = [String](repeating: "*", count: count).joined(separator: ".")
        let named = (0..<count).map { "t\($0)" }.joined(separator: ".")
        let long = try patterns([stars, stars + ".>", named, stars + ".x", "x." + stars, named + ".>"])
        var effort = Effort()
        let set = SubjectSet(long, except: try patterns(["x.>", named]))
        #expect(try set.isSubset(of: .everything, &effort))
        #expect(try SubjectSet.everything.subtracting(set, &effort).isEmpty(&effort) == false)
        #expect(try set.lines(&effort).lines.count == 1)
        #expect(effort.steps < 1_000_000, "\(effort.steps)")
        // All lengths but one are thousands of patterns, which together have millions of tokens.
        let gap = SubjectSet([try Pattern(">")], except: try patterns([stars]))
        #expect(try gap.witness() == Array("x1".utf8))
        #expect(try gap.contains(Pattern("*")))
        #expect(try gap.patterns()?.count == count)
    }

    @Test func runsOfWildcardsAreShort() throws {
        // Every length up to a hundred, with and without a name at the end.
        let rules = try (1...100).flatMap { length in
            let stars = [String](repeating: "*", count: length).joined(separator: ".")
            return try patterns([stars, stars + ".x"])
        }
        let set = SubjectSet(rules + [try Pattern([String](repeating: "*", count: 100).joined(separator: ".") + ".>")])
        var effort = Effort()
        #expect(try set.isEqual(to: .everything, &effort))
        #expect(try set.lines(&effort).description == ">")
        #expect(effort.steps < 50_000, "\(effort.steps)")
    }

    /// Ten thousand ordinary rules: a few steps for each.
    @Test func largeListsCostAFewStepsARule() throws {
        let count = 10_000
        let allow = try (0..<count).map { try Pattern("plant.p\($0).*.>") }
        let deny = try (0..<count).map { try Pattern("plant.p\($0).secret.>") }
        let old = SubjectSet(allow, except: deny)
        let new = SubjectSet(allow.reversed() + [try Pattern("orders.>")], except: Array(deny.dropFirst()))
        var effort = Effort()
        #expect(try old.isSubset(of: new, &effort))
        #expect(try !new.isSubset(of: old, &effort))
        let gained = try new.subtracting(old, &effort)
        #expect(try gained.lines(&effort).description == "orders.>, plant.p0.secret.>")
        #expect(effort.steps < 150 * count, "\(effort.steps)")
        #expect(try old.lines().lines.first?.exceptions.count == count)
    }

    @Test func differencesOfDifferencesStaySmall() throws {
        let names = ["a.>", "a.*", "a.b.>", "*.b", "a.*.c", "*.*.c.>", "a.b.c", ">"]
        let sets = try names.map { SubjectSet([try Pattern($0)]) }
        var set = SubjectSet.everything
        for round in 0..<200 {
            let other = sets[round % sets.count]
            set = round.isMultiple(of: 3) ? try set.union(other) : try other.subtracting(set)
        }
        #expect(try set.lines().lines.count < 4)
        #expect(try set.subtracting(set).isEmpty())
        #expect(try set.union(set.complement).isEqual(to: .everything))
    }
}
