import Enumeration
import Subjects
import TestSupport
import Testing

@Suite struct SubjectTransformTests {
    @Test(arguments: [
        ("a.*", "b.$1", "a.x", "b.x"), ("a.*.*", "$2.b.$1", "a.x.y", "y.b.x"), ("a.>", "b.c.>", "a.x.y", "b.c.x.y"),
        ("a.*.>", "b.{{wildcard(1)}}.>", "a.x.y.z", "b.x.y.z"), ("a.*", "b.*", "a.x", "b.x"), ("a", "b", "a", "b"),
        ("*.*", "{{ Wildcard( 2 ) }}.$1", "x.y", "y.x"),
    ])
    func renames(_ source: String, _ destination: String, _ subject: String, _ expected: String) throws {
        let transform = try SubjectTransform(from: source, to: destination)
        #expect(transform.rename(Array(subject.utf8).span).map { String(decoding: $0, as: UTF8.self) } == expected)
        #expect(
            try transform.inverse().rename(Array(expected.utf8).span).map { String(decoding: $0, as: UTF8.self) }
                == subject)
        #expect(try transform.inverse().inverse().rename(Array(subject.utf8).span) == Array(expected.utf8))
    }

    @Test func knowsWhatChangesNothing() throws {
        #expect(try SubjectTransform(from: "a.*.>", to: "a.$1.>").isIdentity)
        #expect(try SubjectTransform(identity: Pattern("a.*.>")).isIdentity)
        #expect(try !SubjectTransform(from: "*.*", to: "$2.$1").isIdentity)
    }

    @Test func renamesPatternsAndLeavesTheRest() throws {
        let transform = try SubjectTransform(from: "a.*.*", to: "b.$2.$1")
        #expect(try transform.apply(to: Pattern("a.x.*"))?.description == "b.*.x")
        #expect(try transform.apply(to: Pattern("a.>"))?.description == "b.*.*")
        #expect(try transform.apply(to: Pattern("c.>")) == nil)
        #expect(try transform.apply(to: Pattern("a.x")) == nil)
        let tail = try SubjectTransform(from: "a.>", to: "b.c.>")
        #expect(try tail.apply(to: Pattern("*.*.x.>"))?.description == "b.c.*.x.>")
        #expect(try tail.apply(to: Pattern(">"))?.description == "b.c.>")
    }

    @Test(arguments: [
        ("a.*", "b", SubjectTransformError.Fault.unusedWildcard(1)), ("a.*", "b.$2", .noSuchWildcard(2, 1)),
        ("a.*", "b.$1.$1", .wildcardUsedTwice(1)), ("a.*.*", "b.$1", .unusedWildcard(2)), ("a.>", "b", .tailOnOneSide),
        ("a", "b.>", .tailOnOneSide), ("a..b", "c", .malformed(.emptyToken)), ("a.*", "b.$0", .badNumber),
        ("a.*", "b.$99999999999999999999", .badNumber), ("a.*", "b.{{partition(3,1)}}", .notInARenaming("partition")),
        ("a.*", "b.*.*", .noSuchWildcard(2, 1)), ("a.*", "b.$1.c d", .malformed(.whitespace)),
        ("a.*", "b.>.$1", .malformed(.tailNotLast)), ("a.*", "", .malformed(.empty)),
    ])
    func refusesWhatCannotBeTurnedRound(_ source: String, _ destination: String, _ fault: SubjectTransformError.Fault) {
        let error = #expect(throws: SubjectTransformError.self) {
            try SubjectTransform(from: source, to: destination)
        }
        #expect(error?.fault == fault)
    }

    @Test(
        arguments: [
            ("a.*", "b.c.{{foo(1)}}.d", 4..<14, "unknown"),
            ("a.*", "b.$1.{{split(1)}}", 5..<17, "{{split(NUMBER,DELIMITER)}}"),
            ("a.*", "*.b", 0..<1, "'$1'"), ("a.*", "b.$3", 2..<4, "has 1"),
            ("a.*", "b.{{split(1,.)}}", 2..<12, "whole token"),
            ("a.*", "b..c", 2..<2, "empty token"),
        ] as [(String, String, Range<Int>, String)])
    func pointsAtTheToken(_ source: String, _ destination: String, _ range: Range<Int>, _ words: String) {
        let error = #expect(throws: SubjectTransformError.self) {
            try SubjectTransform(from: source, to: destination, for: .mapping)
        }
        #expect(error?.range == range)
        #expect(error?.side == .destination)
        #expect(error?.description.contains(words == "unknown" ? "no such function" : words) == true)
    }

    @Test(arguments: ["b.{{partition(3,1)}}", "b.$1.$1", "b"])
    func turnsRoundOnlyRenamings(_ destination: String) throws {
        let transform = try SubjectTransform(from: "a.*", to: destination, for: .mapping)
        let error = #expect(throws: SubjectTransformError.self) { try transform.inverse() }
        #expect(error?.fault == .notARenaming)
    }

    @Test func takesRandomNumbersFromItsParameter() throws {
        let transform = try SubjectTransform(from: "a", to: "{{random(4)}}", for: .mapping)
        var random = SeededGenerator.announced()
        var output = TransformOutput()
        var counts: [[UInt8]: Int] = [:]
        for _ in 0..<4_000 {
            #expect(transform.apply(to: Array("a".utf8).span, writingTo: &output, using: &random) == .subject)
            counts[output.subject, default: 0] += 1
        }
        #expect(Set(counts.keys) == Set((0..<4).map { Array(String($0).utf8) }))
        #expect(counts.values.allSatisfy { $0 > 800 })
        #expect(transform.rename(Array("a".utf8).span) == nil)
    }

    @Test(arguments: ["a..b", "a.", "a"])
    func leavesMalformedSubjectsAlone(_ subject: String) throws {
        let transform = try SubjectTransform(from: "a.>", to: "b.>", for: .mapping)
        #expect(transform.rename(Array(subject.utf8).span) == nil)
    }
}

/// Sets of subjects under transforms.
@Suite struct TransformSetTests {
    @Test func agreesWithEnumeration() throws {
        var random = SeededGenerator.announced("transforms of sets against enumeration")
        var check = TransformCheck()
        for _ in 0..<(AlgebraRounds.some / AlgebraRounds.universes.count) {
            let fault = try check.round(&random)
            try #require(fault == nil, "\(fault ?? "")")
        }
        #expect(check.exactImages > check.rounds / 3 && check.exactImages < check.rounds)
        #expect(check.exactPreimages > check.rounds / 3 && check.exactPreimages < check.rounds)
    }

    private func set(_ patterns: [String], except exceptions: [String] = []) throws -> SubjectSet {
        try SubjectSet(patterns.map { try Pattern($0) }, except: exceptions.map { try Pattern($0) })
    }

    @Test(
        arguments: [
            ("a.*.*", "b.$2.$1", ["a.x.*"], ["a.x.y"], "b.*.x except b.y.x", true),
            ("a.*.*", "b.$1", ["a.*.*"], ["a.x.y"], "b.*", true),
            ("a.*.*", "b.$1", ["a.*.*"], ["a.x.*"], "b.* except b.x", true),
            ("a.*.*", "b.$1", ["a.*.y"], ["a.x.y"], "b.* except b.x", true),
            ("a.>", "b.>", [">"], ["a.x"], "b.> except b.x", true),
            ("a.*", "b.$1.$1", ["a.x", "a.y"], [], "b.x.x, b.y.y", true),
            ("a.*", "b.$1.$1", ["a.*"], ["a.x"], "b.*.* except b.x.*", false),
            ("a.*", "b.{{partition(3,1)}}.$1", ["a.*"], ["a.x"], "b.*.* except b.*.x", false),
            ("a.*", "b.{{split(1,-)}}", ["a.x-y"], [], "b.x.y", true),
            ("a.*", "b.{{split(1,-)}}.c", ["a.*"], ["a.z"], "b.*.>", false),
            ("a.*", "b.{{split(1,-)}}", ["a.-"], [], "nothing", true),
        ] as [(String, String, [String], [String], String, Bool)])
    func hasAnImage(
        _ source: String, _ destination: String, _ patterns: [String], _ exceptions: [String], _ expected: String,
        _ isExact: Bool
    ) throws {
        let transform = try SubjectTransform(from: source, to: destination, for: .mapping)
        let image = try transform.image(of: set(patterns, except: exceptions))
        #expect(try image.set.lines().description == expected)
        #expect(image.isExact == isExact)
    }

    @Test func mapsSetsThroughAnAccountsMappings() throws {
        let mappings = SubjectMappings([
            try SubjectMapping(from: "orders.new", to: [.init("orders.v2.new", weight: 20)]),
            try SubjectMapping(from: "orders.*", to: [.init("shop.$1")]),
            try SubjectMapping(from: "old.>", to: [.init("old.>", weight: 0)]),
        ])
        let image = try mappings.image(of: set(["orders.>", "old.x"], except: ["orders.secret"]))
        #expect(image.isExact)
        #expect(
            try image.set.isEqual(
                to: set(["orders.new", "orders.v2.new", "orders.*.>"]).union(
                    set(["shop.*"], except: ["shop.new", "shop.secret"]))))
        let preimage = try mappings.preimage(of: set(["shop.>", "orders.>"]))
        #expect(preimage.isExact)
        #expect(try preimage.set.isEqual(to: set(["orders.>", "shop.>"])))
    }
}

@Suite struct SubjectMappingTests {
    @Test(
        arguments: [
            ([("a", 60, ""), ("b", 50, "")], SubjectMappingError.Fault.sum, 1), ([("a", 101, "")], .weight, 0),
            ([("a", -1, "")], .weight, 0), ([("a", 50, ""), ("a", 50, "C")], .duplicate, 1),
        ] as [([(String, Int, String)], SubjectMappingError.Fault, Int)])
    func refusesWrongShares(
        _ destinations: [(String, Int, String)], _ fault: SubjectMappingError.Fault, _ number: Int
    ) {
        let error = #expect(throws: SubjectMappingError.self) {
            try SubjectMapping(from: "x", to: destinations.map { .init($0.0, weight: $0.1, cluster: $0.2) })
        }
        #expect(error?.fault == fault)
        #expect(error?.destination == number)
    }

    @Test func theFirstMappingThatFitsDecides() throws {
        let mappings = SubjectMappings([
            try SubjectMapping(from: "a.*", to: [.init("first.$1")]),
            try SubjectMapping(from: "a.b", to: [.init("second")]),
            try SubjectMapping(from: "a.*", to: [.init("third.$1")]),
        ])
        var output = TransformOutput()
        var random = SeededGenerator.announced()
        #expect(mappings.apply(to: Array("a.b".utf8).span, writingTo: &output, using: &random) == .mapped)
        #expect(output.subject == Array("third.b".utf8))
        #expect(mappings.apply(to: Array("c".utf8).span, writingTo: &output, using: &random) == .unchanged)
    }
}
