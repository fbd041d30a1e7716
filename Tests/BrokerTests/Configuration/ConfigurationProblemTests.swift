import Testing

@testable import Broker

@Suite struct ConfigurationProblemTests {
    private func problem(_ text: String) -> String {
        do throws(ConfigurationError) {
            _ = try BrokerConfiguration.read(Array(text.utf8), file: "f.conf", surroundings: .none)
            return "none"
        } catch {
            return error.description
        }
    }

    @Test func aProblemShowsItsPlaceItsLineACaretAndARemedy() {
        #expect(
            problem("host: a\n\tprot: 4222 # x") == """
                f.conf:2:2: error: unknown key "prot"
                  2 |  prot: 4222 # x
                    |  ^
                    = did you mean "port"?
                """)
    }

    @Test func allProblemsComeAtOnceInTheOrderOfTheFile() {
        let text = "max_payload: 65mb\nlisten: x\nauthorization { timeout: a }\njetstream: on\nport: b\nzzz: 1"
        let lines = problem(text).split(separator: "\n").filter { $0.contains("error:") }.map { $0.prefix(8) }
        #expect(lines == ["f.conf:1", "f.conf:2", "f.conf:3", "f.conf:4", "f.conf:5", "f.conf:5", "f.conf:6"])
    }

    @Test func aLongLineIsCutAroundTheCaret() {
        let line = String(repeating: "x", count: 500) + "!" + String(repeating: "y", count: 500)
        let excerpt = ConfigurationExcerpt(line: line, column: 501)
        #expect(excerpt.line.count == ConfigurationExcerpt.width + 2)
        #expect(Array(excerpt.line)[excerpt.indent] == "!")
        let end = ConfigurationExcerpt(line: line, column: 1001)
        #expect(end.line.hasPrefix("…") && !end.line.hasSuffix("…"))
        #expect(ConfigurationExcerpt(line: "", column: 7).indent == 0)
    }

    @Test(arguments: [
        "password: geheim", "authorization { user: a, pass: \"geheim\" } x", "token = geheim",
        "{\"password\":\"geheim, geheim\"}",
        "PASSWORD 'geheim'", "routes: [nats://u:ge:heim@host:6222]", "url: \"nats://geheim@host\"", "password:geheim",
        "seed: SUAGEHEIM", "DB_PASSWORD = geheim", "my_token: geheim", "default_sentinel: geheim", "pwd geheim",
        "to\u{212A}en: geheim", "a@geheim@host@b", "x [a, geheim@h@i] y",
    ])
    func secretsAreNotShown(line: String) {
        for column in [1, line.count] {
            let shown = ConfigurationExcerpt(line: line, column: column).line.lowercased()
            #expect(!shown.contains("heim"), "\(shown)")
            #expect(shown.count == line.count)
        }
    }

    @Test(arguments: [
        "authorization { password:\n  geheim x }", "authorization {\n token\n =\n geheim x }",
        "authorization { pass: (\ngeheim\n) x }", "password \"a\ngeheim\" x",
        "user: 5\npassword: geheim-1-2\n3", "authorization { password: 99999999999999999999991 }",
        "authorization { password: 1-geheim }", "port: $GEHEIM",
    ])
    func secretsAreNotShownOnOtherLines(text: String) {
        let surroundings = ConfigurationSurroundings(
            readFile: { _ throws in throw CancellationError() }, environmentVariable: { _ in "geheim geheim" })
        let error = #expect(throws: ConfigurationError.self) {
            try BrokerConfiguration.read(Array(text.utf8), file: "f.conf", surroundings: surroundings)
        }
        let shown = error?.description ?? ""
        #expect(!shown.contains("geheim") && !shown.contains("999999"), "\(shown)")
    }

    /// A line of marks was compared with all of itself for each of them.
    @Test func aLineOfMarksIsHiddenToTheLast() {
        let marks = String(repeating: "@", count: 100_000)
        #expect(ConfigurationExcerpt(line: marks, column: 100_000).line.hasSuffix("**@"))
    }

    @Test func cookiesAreNoSecrets() {
        #expect(ConfigurationExcerpt(line: "token_cookie: name", column: 1).line == "token_cookie: name")
    }

    @Test func aSeedIsNotShownWhereverItStands() {
        let seed = "SUA" + String(repeating: "B", count: 55)
        #expect(!problem("nkey: \(seed)\nport: x").contains("BBBB"))
        #expect(!ConfigurationExcerpt(line: "a: [\(seed)]", column: 1).line.contains("BBBB"))
    }
}
