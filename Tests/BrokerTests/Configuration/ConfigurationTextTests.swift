import Testing

@testable import Broker

/// What a text means was compared with nats-server 2.15.1: the digest that its `-t` prints is that of the values.
@Suite struct ConfigurationTextTests {
    static let environment = ["HOST": "example", "NUMBER": "5k", "QUOTED": "'a b'", "EMPTY": "", "LOOP": "$LOOP"]

    static func parse(_ text: String, files: [String: String] = [:]) throws -> ConfigurationMap {
        try ConfigurationText.parse(
            Array(text.utf8), file: "/etc/nats/server.conf", surroundings: surroundings(files: files)
        ).root
    }

    static func surroundings(files: [String: String] = [:]) -> ConfigurationSurroundings {
        struct Missing: Error {}
        return ConfigurationSurroundings(
            readFile: { path throws in
                guard let text = files[path] else { throw Missing() }
                return Array(text.utf8)
            }, environmentVariable: { environment[$0] })
    }

    /// A short way to write what is expected.
    static func show(_ value: ConfigurationValue?) -> String {
        switch value?.content {
        case nil: "nothing"
        case .string(let text): "'\(text)'"
        case .integer(let number, _): "\(number)"
        case .float(let number): "\(number)"
        case .boolean(let flag): "\(flag)"
        case .date(let text): "date \(text)"
        case .array(let values): "[" + values.map { show($0) }.joined(separator: " ") + "]"
        case .map(let map): "{" + map.entries.map { "\($0.key)=\(show($0.value))" }.joined(separator: " ") + "}"
        }
    }

    @Test(arguments: [
        ("port: 4222", "{port=4222}"), ("port=4222", "{port=4222}"), ("port 4222", "{port=4222}"),
        ("port\t:4222", "{port=4222}"), ("port\n4222", "{port=4222}"), ("\"port\"4222", "{port=4222}"),
        ("port\n: 4222", "{port=4222}"), ("a {\n b =\n {\n c: \n\n 1 } }", "{a={b={c=1}}}"),
        ("'a b': 1", "{a b=1}"), ("a: 1, b: 2; c: 3", "{a=1 b=2 c=3}"), ("a: 1 # x\n// y\nb: 2//z", "{a=1 b='2//z'}"),
        ("a: 1\r\nb: 2\r\n", "{a=1 b=2}"), ("a: 1\rb: 2", "{a=1 b=2}"),
        ("{\"a\": 1, \"b\": [true, \"c\"]}", "{a=1 b=[true 'c']}"),
        ("{a: 1}", "{a=1}"), ("a {b: 1}", "{a={b=1}}"), ("a\n\n{ b\n c }", "{a={b='c'}}"),
        ("a = { b = 1, c = 2 }", "{a={b=1 c=2}}"),
        ("a: {b: 1\n}\nc: 2", "{a={b=1} c=2}"), ("a: {}", "{a={}}"), ("a: {b: 1,,c: 2}", "{a={b=1 c=2}}"),
        ("\u{FEFF}a: 1", "{a=1}"), ("", "{}"), ("# nothing\n", "{}"),
    ])
    func structure(text: String, expected: String) throws {
        let map = try Self.parse(text)
        #expect(Self.show(ConfigurationValue(.map(map), at: .init(file: "", line: 1, column: 1))) == expected)
    }

    @Test(arguments: [
        ("[]", "[]"), ("[1]", "[1]"), ("[1, 2]", "[1 2]"), ("[1,]", "[1]"), ("[1\n2\n\n 3]", "[1 2 3]"),
        ("[ # c\n 1 // d\n 2 # e\n]", "[1 2]"), ("[1\n, 2]", "[1 2]"), ("[[1], {a: 2}]", "[[1] {a=2}]"),
        ("[a,b]", "['a' 'b']"),
        ("[\n {a: 1}\n {a: 2}\n]", "[{a=1} {a=2}]"),
    ])
    func lists(text: String, expected: String) throws {
        #expect(Self.show(try Self.parse("x: \(text)")["x"]) == expected)
    }

    @Test(arguments: [
        ("abc", "'abc'"), ("a.b.>", "'a.b.>'"), ("a#b", "'a#b'"), ("#b", "'#b'"), ("//b", "'//b'"), ("a=b", "'a=b'"),
        ("a:b", "'a:b'"), ("a{b", "'a{b'"), ("a\"b", "'a\"b'"), ("http://h:1/x", "'http://h:1/x'"),
        ("127.0.0.1:4222", "'127.0.0.1:4222'"), ("eyJ0.eyJ1.a-b_c", "'eyJ0.eyJ1.a-b_c'"),
        ("URL(http://x/)", "'URL(http://x/)'"),
        ("a\\tb", "'a\tb'"), ("null", "'null'"), ("truex", "'truex'"), ("1.2.3", "'1.2.3'"), ("5a", "'5a'"),
        ("1h1m", "'1h1m'"),
        ("\"\"", "''"), ("\"a b\"", "'a b'"), ("\"a\nb\"", "'a\nb'"), ("\"\\x41\\t\\n\\r\\\"\\\\\"", "'A\t\n\r\"\\'"),
        ("'a\\q'", "'a\\q'"), ("\"$HOST\"", "'$HOST'"), ("\"true\"", "'true'"), ("\"5\"", "'5'"), ("é", "'é'"),
        ("(\nabc\n)", "'\nabc\n'"), ("(\nab)c\n) d\n)\n", "'\nab)c\n) d\n'"), ("(\r\na\r\n)\r\n", "'\r\na\r\n'"),
        ("$2a$11$abc", "'$2a$11$abc'"), ("a$b", "'a$b'"),
    ])
    func strings(text: String, expected: String) throws {
        #expect(Self.show(try Self.parse("x: \(text)")["x"]) == expected)
    }

    @Test(arguments: ["true", "True", "YES", "on"])
    func booleansThatAreTrue(text: String) throws {
        #expect(try Self.parse("x: \(text)")["x"]?.content == .boolean(true))
    }

    @Test(arguments: ["false", "No", "OFF"])
    func booleansThatAreFalse(text: String) throws {
        #expect(try Self.parse("x: \(text)")["x"]?.content == .boolean(false))
    }

    @Test func valuesKnowTheirPlace() throws {
        let map = try Self.parse("a: 1\n\tbé: { c = \"x\" }\n")
        let inner = try #require(map["bé"])
        #expect(inner.position == ConfigurationPosition(file: "/etc/nats/server.conf", line: 2, column: 6))
        guard case .map(let section) = inner.content else { return #expect(Bool(false), "no section") }
        #expect(section.entries[0].position.column == 8)
        #expect(section["c"]?.position.column == 12)
        #expect(map.entries[1].position.column == 2)
    }

    // MARK: Repeated keys

    @Test func theLastValueOfAKeyCountsAndTheUserIsTold() throws {
        let document = try ConfigurationText.parse(
            Array("port: 1\nhost: a\nport: 2".utf8), file: "f", surroundings: .none)
        #expect(document.root["port"]?.content == .integer(2, unit: ""))
        #expect(document.root.entries.map(\.key) == ["port", "host"])
        #expect(document.warnings.map(\.position.line) == [3])
        #expect(document.warnings.first?.warningText.hasPrefix("f:3:1: warning: \"port\" is written twice") == true)
    }

    @Test func keysThatDifferInCaseAreDifferentKeysOfTheTree() throws {
        #expect(try Self.parse("a: 1\nA: 2").entries.count == 2)
    }

    // MARK: Variables

    @Test(arguments: [
        ("a: b\nx: $a", "'b'"), ("a: {b: c}\nx: $a", "{b='c'}"), ("a: 1\nx: [$a, $a]", "[1 1]"),
        ("a: c\nx: { y: $a }", "{y='c'}"), ("a: c\nx: { a: d, y: $a }", "{a='d' y='d'}"), ("x: $HOST", "'example'"),
        ("x: $NUMBER", "5000"), ("x: $QUOTED", "'a b'"), ("x: $EMPTY", "''"), ("HOST: inner\nx: $HOST", "'inner'"),
    ])
    func variables(text: String, expected: String) throws {
        #expect(Self.show(try Self.parse(text)["x"]) == expected)
    }

    @Test func aVariableMarksTheKeyItRefersTo() throws {
        let map = try Self.parse("a: 1\nb: 2\nx: $a")
        #expect(map.entries.map(\.isReferenced) == [true, false, false])
    }

    @Test func anInnerVariableIsNotSeenOutside() {
        #expect(throws: ConfigurationError.self) { try Self.parse("s { a: 1 }\nx: $a") }
    }

    // MARK: Include

    @Test func includedKeysBelongToTheSectionThatIncludesThem() throws {
        let files = [
            "/etc/nats/inc/a.conf": "p: 1\ninclude b.conf\n", "/etc/nats/inc/b.conf": "q: 2", "/abs.conf": "r: 3",
        ]
        let map = try Self.parse("include inc/a.conf; s { include \"/abs.conf\" }\nx: $q", files: files)
        #expect(Self.show(map["x"]) == "2")
        #expect(Self.show(map["s"]) == "{r=3}")
        #expect(map.entries.map(\.key) == ["p", "q", "s", "x"])
        #expect(map.entries[1].position == ConfigurationPosition(file: "/etc/nats/inc/b.conf", line: 1, column: 1))
    }

    @Test func anIncludedFileDoesNotSeeTheVariablesAroundIt() {
        let files = ["/etc/nats/a.conf": "y: $v"]
        let error = #expect(throws: ConfigurationError.self) { try Self.parse("v: 1\ninclude 'a.conf'", files: files) }
        #expect(error?.problems.first?.code == .unknownVariable)
        #expect(error?.problems.first?.position.file == "/etc/nats/a.conf")
    }

    @Test func includeIsAWordInAnyCaseButNotWithASeparator() throws {
        #expect(Self.show(try Self.parse("Include a", files: ["/etc/nats/a": "b: 1"])["b"]) == "1")
        #expect(Self.show(try Self.parse("include: a")["include"]) == "'a'")
        #expect(Self.show(try Self.parse("includes a")["includes"]) == "'a'")
    }

    @Test(arguments: [
        ["/etc/nats/a": "include a"], ["/etc/nats/a": "include b", "/etc/nats/b": "include a"],
        ["/etc/nats/a": "include server.conf", "/etc/nats/server.conf": "include a"],
    ])
    func filesThatIncludeThemselvesAreRefused(files: [String: String]) {
        let error = #expect(throws: ConfigurationError.self) { try Self.parse("include a", files: files) }
        #expect(error?.problems.first?.code == .tooLarge)
    }

    @Test func aVariableThatRefersToItselfIsRefused() {
        let error = #expect(throws: ConfigurationError.self) { try Self.parse("x: $LOOP") }
        #expect(error?.problems.first?.code == .tooLarge)
    }
}
