import Subjects
import Testing

@Suite struct SubjectTransformTests {
    @Test(arguments: [
        ("a.*", "b.$1", "a.x", "b.x"), ("a.*.*", "$2.b.$1", "a.x.y", "y.b.x"), ("a.>", "b.c.>", "a.x.y", "b.c.x.y"),
        ("a.*.>", "b.{{wildcard(1)}}.>", "a.x.y.z", "b.x.y.z"), ("a.*", "b.*", "a.x", "b.x"), ("a", "b", "a", "b"),
    ])
    func renames(_ source: String, _ destination: String, _ subject: String, _ expected: String) throws {
        let transform = try SubjectTransform(from: source, to: destination)
        #expect(transform.rename(Array(subject.utf8).span).map { String(decoding: $0, as: UTF8.self) } == expected)
        #expect(
            transform.inverse.rename(Array(expected.utf8).span).map { String(decoding: $0, as: UTF8.self) } == subject)
    }

    @Test func renamesPatternsAndLeavesTheRest() throws {
        let transform = try SubjectTransform(from: "a.*.*", to: "b.$2.$1")
        #expect(try transform.apply(to: Pattern("a.x.*"))?.description == "b.*.x")
        #expect(try transform.apply(to: Pattern("a.>"))?.description == "b.*.*")
        #expect(try transform.apply(to: Pattern("c.>")) == nil)
        #expect(try transform.apply(to: Pattern("a.x")) == nil)
    }

    @Test(arguments: [
        ("a.*", "b"), ("a.*", "b.$2"), ("a.*", "b.$1.$1"), ("a.*.*", "b.$1"), ("a.>", "b"), ("a", "b.>"), ("a..b", "c"),
        ("a.*", "b.$0"), ("a.*", "b.$99999999999999999999"),
    ])
    func refusesWhatCannotBeTurnedRound(_ source: String, _ destination: String) {
        #expect(throws: SubjectTransformError.self) { try SubjectTransform(from: source, to: destination) }
    }
}
