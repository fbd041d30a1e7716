import TestSupport
import Testing

@testable import Broker

@Suite struct ConfigurationTextRefusalTests {
    /// Each is refused by nats-server too, unless it stands under `stricter`.
    @Test(arguments: [
        ("port: 4222 debug: true", 1, 12), ("a: 1\nport: \n", 2, 1), ("a: b c", 1, 6), ("a: \"b\"c", 1, 7),
        ("{a: 1} x", 1, 8), ("{a: 1", 1, 1), ("a: {b: 1", 1, 4), ("a: [1", 1, 4), ("a: [1 2]", 1, 7), ("a: [,1]", 1, 5),
        ("a: [1,,2]", 1, 7), ("a: [1;2]", 1, 6), ("a: 1 ]", 1, 6), ("a: \"b", 1, 4), ("a: 'b", 1, 4), ("\"a: 1", 1, 1),
        ("a: \"\\q\"", 1, 5), ("a: \"\\x4\"", 1, 5), ("a: b\\", 1, 5), ("a: (b", 1, 4), ("a: ( b )", 1, 4),
        ("a: (\nb\n ) \n", 1, 4),
        ("= 4", 1, 1), ("a == 4", 1, 6), ("a: .5", 1, 4), ("a: 5.", 1, 4), ("a: 5.a", 1, 4), ("a: 1.5k", 1, 4),
        ("a: -", 1, 4),
        ("a: -a", 1, 4), ("a: 99999999999999999999", 1, 4), ("a: $NOPE", 1, 4), ("a: $", 1, 4),
        ("include \"nope\"", 1, 9), ("a: it's", 1, 6), ("a: 10-20", 1, 4), ("a: 1.2.3/8", 1, 4),
        ("a: {b: 1 c: 2}", 1, 10), ("a: {b: 1} c: 2", 1, 11), ("[1]", 1, 1), ("cluster{}", 1, 8), ("a: {b: 1]", 1, 9),
        ("a", 1, 1), ("a: 1\nb\0: 1", 2, 2), ("a /b: c", 1, 7), ("a: # c\n b", 1, 6),
    ])
    func whatIsNotTheFormat(text: String, line: Int, column: Int) {
        let error = #expect(throws: ConfigurationError.self) { try ConfigurationTextTests.parse(text) }
        let place = error?.problems.first?.position
        #expect(place == ConfigurationPosition(file: "/etc/nats/server.conf", line: line, column: column))
    }

    /// nats-server takes these, and does something else with them than what somebody meant.
    @Test(arguments: [
        "a: b'", "a: 1 }", "a { b: 1 }}", "a:", "a: ,", "a: 10eib", "a: {b:}", "ab}c: 1", "\"a\": \"\\xff\"",
    ])
    func stricter(text: String) {
        #expect(throws: ConfigurationError.self) { try ConfigurationTextTests.parse(text) }
    }

    @Test func textThatIsNotUTF8IsRefusedAtItsPlace() {
        let bytes = Array("a: 1\nb: é".utf8) + [0xFF]
        let error = #expect(throws: ConfigurationError.self) {
            try ConfigurationText.parse(bytes, file: "f", surroundings: .none)
        }
        #expect(error?.problems.first?.position == ConfigurationPosition(file: "f", line: 2, column: 5))
    }

    // MARK: Limits

    @Test func depthIsBounded() throws {
        let deep = { (depth: Int) in String(repeating: "a {", count: depth) + String(repeating: "}", count: depth) }
        #expect(throws: Never.self) { try ConfigurationTextTests.parse(deep(63)) }
        let error = #expect(throws: ConfigurationError.self) { try ConfigurationTextTests.parse(deep(100_000)) }
        #expect(error?.problems.first?.code == .tooLarge)
        let lists = "a: " + String(repeating: "[", count: 100_000)
        #expect(throws: ConfigurationError.self) { try ConfigurationTextTests.parse(lists) }
    }

    @Test func sizeIsBoundedOverAllFiles() {
        var limits = ConfigurationText.Limits()
        limits.bytes = 35
        let surroundings = ConfigurationTextTests.surroundings(files: ["b": "b: 123456789"])
        #expect(throws: Never.self) {
            try ConfigurationText.parse(Array("include b".utf8), file: "a", surroundings: surroundings, limits: limits)
        }
        let error = #expect(throws: ConfigurationError.self) {
            try ConfigurationText.parse(
                Array("include b\ninclude b".utf8), file: "a", surroundings: surroundings, limits: limits)
        }
        #expect(error?.problems.first?.code == .tooLarge)
        #expect(error?.problems.first?.position == ConfigurationPosition(file: "a", line: 2, column: 9))
    }

    @Test func valuesThatVariablesStandForAreBounded() throws {
        // Ten in each list, which nine lists of lists make a billion of.
        var text = "a0: [" + Array(repeating: "x", count: 10).joined(separator: ",") + "]\n"
        for level in 1...9 {
            text += "a\(level): [" + Array(repeating: "$a\(level - 1)", count: 10).joined(separator: ",") + "]\n"
        }
        let error = #expect(throws: ConfigurationError.self) { try ConfigurationTextTests.parse(text) }
        #expect(error?.problems.first?.code == .tooLarge)
    }

    @Test func placesInALongLineAreFoundAtOnce() throws {
        let line = "{" + (0..<20_000).map { "\"k\($0)\": \"é\"" }.joined(separator: ",") + "}"
        let map = try ConfigurationTextTests.parse(line)
        #expect(map.entries.count == 20_000)
        let last = try #require(map.entries.last)
        // Each é is one character of two bytes.
        #expect(Array(line)[last.position.column - 1] == "\"")
        #expect(last.value.position.column == last.position.column + 10)
    }

    // MARK: Anything at all

    @Test func noTextCrashesTheReader() {
        var random = SeededGenerator.announced()
        let pieces = [
            "a", "include ", "\"", "'", "(", ")", "{", "}", "[", "]", ":", "=", " ", "\n", "\r", ",", ";", "#", "//",
            "$a", "$LOOP", "1",
            "5k", "1.5", "-", ".", "\\", "\\x41", "true", "é", "\0", "9999999999999999999", "eib", "b.conf",
        ]
        let surroundings = ConfigurationTextTests.surroundings(files: [
            "/etc/nats/b.conf": "include b.conf", "/etc/nats/a": "a: {b: [1]}",
        ])
        for _ in 0..<10_000 {
            var bytes = (0..<Int.random(in: 0...20, using: &random)).flatMap { _ in
                Array((pieces.randomElement(using: &random) ?? "").utf8)
            }
            if Bool.random(using: &random), !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let result = Result { () throws(ConfigurationError) in
                try ConfigurationText.parse(bytes, file: "/etc/nats/server.conf", surroundings: surroundings)
            }
            if case .failure(let error) = result {
                #expect(error.problems.count == 1)
                #expect(!error.description.isEmpty)
            }
        }
    }
}
