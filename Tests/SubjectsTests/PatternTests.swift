import Subjects
import Testing

@Suite struct PatternTests {
    @Test(arguments: [
        "a", "a.b", "*", ">", "a.*.c", "a.>", "*.*.>", "a*", "x>y.b", "$SYS.REQ", "é.ü", "foo.bar,*,>,baz",
    ])
    func keepsWellFormedTextAsItIs(_ text: String) throws {
        #expect(try Pattern(text).description == text)
    }

    @Test(arguments: [
        ("", SubjectError.empty), (".", .emptyToken), ("a.", .emptyToken), (".a", .emptyToken), ("a..b", .emptyToken),
        ("a b", .whitespace), ("a.\t", .whitespace), ("a\r.b", .whitespace), ("a.>.b", .tailNotLast),
        (">.a", .tailNotLast),
    ])
    func refusesMalformedText(_ text: String, _ error: SubjectError) {
        #expect(throws: error) { try Pattern(text) }
    }

    @Test(arguments: [
        ("a.b", "a.b", true), ("a.*", "a.b", true), ("a.*", "a.b.c", false), ("a.>", "a.b.c", true),
        ("a.>", "a", false),
        (">", "a", true), ("*", "a.b", false), ("*.b", "a.b", true), ("a.*.c", "a.b.d", false), ("a*", "a*", true),
        ("a*", "ab", false), ("a.*", "a.*", true), ("a.b", "a.*", false), ("a.b", "a", false), ("a", "a.b", false),
    ])
    func matchesSubjects(_ pattern: String, _ subject: String, _ expected: Bool) throws {
        #expect(try Pattern(pattern).matches(Array(subject.utf8).span) == expected)
    }

    @Test(arguments: [
        ("a.*", "a.>", true), ("a.>", "a.*", false), ("a.>", ">", true), (">", "*.>", false), ("*.>", ">", true),
        ("a.b.>", "a.>", true), ("a.>", "a.>", true), ("*", "a", false), ("a", "*", true), ("a.*.c", "a.*.*", true),
    ])
    func knowsWhatIsContained(_ inner: String, _ outer: String, _ expected: Bool) throws {
        #expect(try Pattern(inner).isContained(in: Pattern(outer)) == expected)
    }

    @Test(
        arguments: [
            ("a.*", "*.b", "a.b"), ("a.>", "*.b", "a.b"), ("a.>", "a.b.>", "a.b.>"), ("a", "b", nil), ("a.>", "a", nil),
            ("*.>", "a.b.c", "a.b.c"), ("a.*.>", "a.b.*", "a.b.*"), ("a.>", "*.*.c.>", "a.*.c.>"), (">", ">", ">"),
        ] as [(String, String, String?)])
    func meetsInOnePattern(_ one: String, _ other: String, _ expected: String?) throws {
        let (first, second) = try (Pattern(one), Pattern(other))
        #expect(first.intersection(second)?.description == expected)
        #expect(second.intersection(first)?.description == expected)
    }
}
