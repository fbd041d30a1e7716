import Claims
import Subjects
import TestSupport
import Testing

@testable import Policy

@Suite struct PolicyExplainerTests {
    private static func explain(
        _ sentence: String, _ text: String, on engine: Engine = .broker
    ) throws -> PolicyExplanation {
        let set = try AccessAnalysisTests.set(["A": text])
        let explainer = PolicyExplainer(set, account: try #require(set.accounts.first))
        return try #require(try explainer.explain(.holder(role: "r", name: "eve", tags: [:]), sentence, on: engine))
    }

    @Test func `The rule that decided has its place, beside those that bear on it`() throws {
        let explanation = try Self.explain(
            "publish a.b", "roles: { r: { publish: { allow: [ \"a.>\", c ], deny: [ a.b ] } } }")
        #expect(!explanation.isAllowed)
        let rules = try #require(explanation.decisions.first).considered
        #expect(rules.map(\.text) == ["a.>", "a.b"])
        #expect(rules.map(\.isDeciding) == [false, true])
        #expect(rules.last?.sources.map(\.description) == ["A.yaml:3:55"])
        #expect(explanation.reason == "denied by a.b (A.yaml:3:55)")
    }

    @Test func `Every destination of a mapping is asked about`() throws {
        let explanation = try Self.explain(
            "publish v1.x",
            "mappings: { \"v1.*\": { \"v2.$1\": 10%, stay: 90% } }\nroles: { r: { publish: [ \"v1.*\", \"v2.*\" ] } }")
        #expect(explanation.decisions.map(\.question) == ["publish v2.x", "publish v1.x"])
        #expect(explanation.decisions.first?.because == "since v1.x is mapped by v1.* (A.yaml:3:13)")
    }

    @Test func `Templates are shown with their values`() throws {
        let explanation = try Self.explain("publish t.eve", "roles: { r: { publish: [ \"t.{{name()}}\" ] } }")
        #expect(explanation.fillings.map(\.function) == ["name()"])
        #expect(explanation.fillings.map(\.values) == [["eve"]])
        #expect(explanation.decisions.first?.considered.first?.filled == ["t.eve"])
    }

    @Test func `What nats-server does otherwise is said of it alone`() throws {
        let text = """
            roles: { r: { publish: [ p ], subscribe: { allow: [ \"a.*\", b.c, \"d.>\" ], deny: [ \"d.x.*\" ] } } }
            """
        for (sentence, ours, theirs) in [
            ("subscribe a.>", false, true), ("subscribe a.x", true, true), ("receive a.x.y", false, false),
            ("subscribe d.x.>", true, false), ("receive d.x.y.z", true, true), ("publish p reply z", false, true),
            ("publish p reply a.x", true, true), ("publish q reply a.x", false, false),
        ] {
            #expect(try Self.explain(sentence, text).isAllowed == ours, "\(sentence)")
            let explanation = try Self.explain(sentence, text, on: .natsServer)
            #expect(explanation.isAllowed == theirs, "\(sentence)")
            #expect(explanation.isAllowed == explanation.decisions.allSatisfy(\.isAllowed), "\(sentence)")
            let said = explanation.decisions.map(\.reason).joined()
            #expect(said.contains("nats-server") == (ours != theirs), "\(explanation)")
        }
        let wider = try Self.explain("subscribe a.>", text, on: .natsServer)
        #expect(wider.description.contains("eve may subscribe a.> on nats-server: allowed by a.* (A.yaml:3:"))
    }

    @Test func `On nats-server a wider subscription may carry what one of its own does not`() throws {
        let text = "roles: { r: { subscribe: [ \"a.*\", \"*.b.c\" ] } }"
        let set = try AccessAnalysisTests.set(["A": text])
        let role = try #require(set.accounts.first?.roles["r"])
        var comparison = try EngineComparison(role)
        guard let wider = try comparison.run().first(where: { $0.kind == .widerDelivery }) else { return }
        #expect(try !Self.explain("receive \(wider.object)", text).isAllowed)
        let explanation = try Self.explain("receive \(wider.object)", text, on: .natsServer)
        #expect(explanation.isAllowed)
        #expect(explanation.decisions.map(\.question) == ["subscribe a.>", "deliver \(wider.object)"])
        #expect(explanation.decisions.first?.because?.contains("alone is refused") == true)
    }

    /// What is explained is what is decided, and both are what the sets say that questions about access work with.
    @Test func `Explanations, decisions and sets agree`() throws {
        var random = SeededGenerator.announced()
        for _ in 0..<20 {
            let text = Self.role(&random)
            guard let set = try? AccessAnalysisTests.set(["A": text]), let account = set.accounts.first,
                let role = account.roles["r"]
            else { continue }
            let explainer = PolicyExplainer(set, account: account)
            let tester = try PolicyTester(account, nil)
            let holder = PolicyTest.Subject.holder(role: "r", name: "a", tags: [:])
            let graph = AccessGraph(set)
            let found = try #require(graph.accounts[0].roles.first)
            var values = try #require(found.combinations(named: [], accountName: "A")?.first).0
            values.name = "a"
            let sets = try #require(try found.holder(values, .every)).sets
            for _ in 0..<10 {
                let subject = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                    ["a", "b", "c"].randomElement(using: &random) ?? "a"
                }.joined(separator: ".")
                let bytes = Array(subject.utf8)
                var sentences = [
                    ("publish \(subject)", sets.publish.contains(bytes.span)),
                    ("receive \(subject)", sets.subscribe.contains(bytes.span)),
                ]
                for group in ["v", "w"] {
                    let own =
                        sets.groups.first { $0.name == group } ?? sets.groups.first { !["v", "w"].contains($0.name) }
                    sentences.append(
                        ("receive \(subject) queue \(group)", own?.subjects.contains(bytes.span) ?? false))
                }
                for (sentence, expected) in sentences {
                    let explanation = try #require(try explainer.explain(holder, sentence))
                    let visitor = try tester.visitor(try #require(tester.holder(holder)))
                    let verdict = try tester.verdict(PolicySentence.read(sentence), visitor)
                    #expect(explanation.isAllowed == verdict.isAllowed, "\(sentence)\n\(text)")
                    #expect(explanation.isAllowed == expected, "\(sentence)\n\(text)\n\(role.template.permissions)")
                    let allowed = explanation.decisions.allSatisfy(\.isAllowed)
                    #expect(explanation.isAllowed == allowed, "\(sentence)\n\(text)")
                }
            }
        }
    }

    /// A role over a small alphabet.
    private static func role(_ random: inout SeededGenerator) -> String {
        func pattern(_ tokens: [String]) -> String {
            let words = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                tokens.randomElement(using: &random) ?? "a"
            }
            return words.joined(separator: ".") + (Int.random(in: 0..<4, using: &random) == 0 ? ".>" : "")
        }
        func list(_ tokens: [String], _ most: Int) -> String {
            let entries = (0..<Int.random(in: 0...most, using: &random)).map { _ in "\"\(pattern(tokens))\"" }
            return "[ \(entries.joined(separator: ", ")) ]"
        }
        let isTemplated = Bool.random(using: &random)
        let tokens = ["a", "b", "*"] + (isTemplated ? ["{{name()}}"] : [])
        var text = "roles:\n  r:\n    publish: { allow: [ \"a\", \"\(pattern(tokens))\" ], deny: \(list(tokens, 2)) }\n"
        text += "    subscribe: { allow: [ \"c\", \"\(pattern(tokens))\" ], deny: \(list(["a", "b", "*"], 2)) }\n"
        if !isTemplated, Bool.random(using: &random) {
            text += "    queue: { \"\(pattern(tokens))\": [ v ], \"b.\(pattern(tokens))\": [ v, w ] }\n"
        }
        return text
    }
}
