import Enumeration
import Subjects
import TestSupport
import Testing

@Suite struct SubjectSetTests {
    private func set(_ patterns: [String], except exceptions: [String] = []) throws -> SubjectSet {
        try SubjectSet(patterns.map { try Pattern($0) }, except: exceptions.map { try Pattern($0) })
    }

    /// Against enumeration: a twentieth of what `make prove` does.
    @Test(arguments: AlgebraRounds.universes.indices)
    func agreesWithEnumeration(_ index: Int) throws {
        let universe = AlgebraRounds.universes[index]
        var random = SeededGenerator.announced("algebra over \(universe.letters)")
        var check = AlgebraCheck(universe: universe)
        let rounds = AlgebraRounds.some / AlgebraRounds.universes.count
        for _ in 0..<rounds {
            let fault = try check.round(&random)
            try #require(fault == nil, "\(fault ?? "")")
        }
        // The generator must not ask the same question over and over.
        let tally = check.tally
        for count in [tally.contained, tally.overlapping, tally.equal, tally.empty, tally.lists / 2] {
            #expect(count > rounds / 20 && count < rounds * 19 / 20, "\(tally)")
        }
    }

    /// Patterns, exceptions, and what the canonical form says.
    @Test(
        arguments: [
            (["a.*", "a.*.>"], [], "a.>"),
            (["a.>"], ["a.*"], "a.*.>"),
            (["a.>"], ["a.b"], "a.> except a.b"),
            ([">"], ["*"], "*.>"),
            ([">"], ["*", "*.*"], "*.*.>"),
            ([">"], ["*.*"], "*, *.*.>"),
            ([">"], ["*.>"], "*"),
            ([">"], [">"], "nothing"),
            (["*", "*.>"], [], ">"),
            ([], ["a"], "nothing"),
            ([], [], "nothing"),
            (["a.b", "a.*", "a.>", "b"], [], "b, a.>"),
            (["a", "a.>"], [], "a, a.>"),
            (["a.*", "*.b"], ["a.b"], "*.b, a.* except a.b"),
            (["a.*", "*.b"], ["a.b", "c.d"], "*.b, a.* except a.b"),
            (["a.b"], ["a.*"], "nothing"),
            (["a.*"], [">"], "nothing"),
            (["*.*.*", "*.*", "*"], ["*.*.x"], "*, *.*, *.*.* except *.*.x"),
            (["*.*.*.>", "*.*.*"], ["*.b.>"], "*.*.> except *.b.>"),
            (["a*", "a.*b", ">x.y"], ["*"], ">x.y, a.*b"),
            (["a.*.*", "*.b.*.>", "a.b.>"], [], "a.*.*, *.b.*.>"),
            (["a.*.*", "a.b.>"], [], "a.*.*, a.b.>"),
            (["a.*.*.>", "a.b.*"], [], "a.b.>, a.*.*.>"),
            (["é.>", "a.\u{7f}"], ["é.ü"], "a.\u{7f}, é.> except é.ü"),
        ] as [([String], [String], String)])
    func hasACanonicalForm(_ patterns: [String], _ exceptions: [String], _ expected: String) throws {
        let set = try set(patterns, except: exceptions)
        #expect(try set.lines().description == expected)
        let shuffled = try self.set(patterns.reversed() + patterns, except: exceptions.reversed())
        #expect(try shuffled.lines() == set.lines())
        #expect(try shuffled.isEqual(to: set))
    }

    @Test func showsWhatAChangeGainsAndLoses() throws {
        let old = try set(["orders.*", "billing.>"], except: ["billing.secret.>"])
        let new = try set(["orders.>", "billing.*"], except: ["orders.*.internal"])
        let gained = try new.subtracting(old)
        #expect(try gained.lines().description == "orders.*.> except orders.*.internal")
        #expect(try gained.witness().map { String(decoding: $0, as: UTF8.self) } == "orders.x1.x2")
        let lost = try old.subtracting(new)
        #expect(try lost.lines().description == "billing.*.> except billing.secret.>")
        #expect(try lost.witness().map { String(decoding: $0, as: UTF8.self) } == "billing.x1.x2")
    }

    /// What is taken away from the exceptions comes back as a second line.
    @Test func differencesHaveAtMostTwoLines() throws {
        let old = try set([">"], except: ["a.b.*"])
        let new = try set(["a.>"], except: ["a.b.c", "a.*.d"])
        #expect(try new.subtracting(old).lines().description == "a.b.* except a.b.c, a.b.d")
        #expect(try old.subtracting(new).lines().description == "> except a.>\na.*.d except a.b.d")
        let lost = try old.subtracting(new)
        #expect(try lost.lines().lines.count == 2)
        #expect(try SubjectSet(lost.lines()).isEqual(to: lost))
    }

    @Test(
        arguments: [
            (["a.*"], [], "a.x1"), (["a.>"], ["a.*"], "a.x1.x2"), ([">"], [], "x1"), (["*.x1.*"], ["x2.>"], "x3.x1.x4"),
            (["a.b"], ["a.b"], nil),
            // The first pattern's shortest subjects are another's, and excepted there: two tokens for its `>`.
            (["$SYS.b.>", "*.b.*"], ["$SYS.b.*"], "$SYS.b.x1.x2"),
        ] as [([String], [String], String?)])
    func hasAWitness(_ patterns: [String], _ exceptions: [String], _ expected: String?) throws {
        let set = try set(patterns, except: exceptions)
        #expect(try set.witness().map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test func fillsATailWithAsManyTokensAsItTakes() throws {
        let one = try set(["$a.b.*.>"])
        let set = try set(["*.b.*"], except: ["$a.b.*"]).union(one)
        #expect(try set.lines().description == "$a.b.>, *.b.* except $a.b.*")
        #expect(try set.witness().map { String(decoding: $0, as: UTF8.self) } == "$a.b.x1.x2")
    }

    @Test func prefersASubjectFromTheRecord() throws {
        let set = try set(["a.*"], except: ["a.b"])
        let record = ["b.c", "a.b", "a.c", "a.d"].map { Array($0.utf8) }
        #expect(try set.witness(preferring: record) == Array("a.c".utf8))
        #expect(try set.witness(preferring: record.prefix(2)) == Array("a.x1".utf8))
    }

    @Test(
        arguments: [
            (["a.>"], ["a.*"], ["a.*.>"]), (["a.>"], ["a.b"], nil), (["a.>"], ["b"], ["a.>"]), (["a"], ["*"], []),
            (["a.*", "b"], ["b"], ["a.*"]), ([">"], ["*.*"], ["*", "*.*.>"]),
        ] as [([String], [String], [String]?)])
    func knowsWhatIsAListOfPatterns(_ patterns: [String], _ exceptions: [String], _ expected: [String]?) throws {
        let set = try set(patterns, except: exceptions)
        #expect(try set.patterns().map { $0.map(\.description) } == expected)
    }

    /// A published subject may have wildcard characters and any bytes. They are tokens that no rule names.
    @Test func takesSubjectsAsTheyAre() throws {
        let set = try set(["a.*", "b.>"], except: ["a.b"])
        for (text, expected) in [
            ("a.*", true), ("a.>", true), ("a.b", false), ("b", false), ("b.>", true), ("*.c", false),
        ] {
            let subject = Array(text.utf8)
            #expect(set.contains(subject.span) == expected, "\(text)")
        }
        let raw: [UInt8] = [0x61, 0x2e, 0xff, 0xfe]
        #expect(set.contains(raw.span) == true)
        let named = try SubjectSet([Pattern(bytes: raw)])
        #expect(named.contains(raw.span) == true)
        #expect(try named.witness() == raw)
        #expect(try named.isSubset(of: set))
    }
}
