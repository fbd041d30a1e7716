import Subjects
import TestSupport
import Testing

@testable import Policy

/// `who-can` lists a user if and only if `explain` allows it, on each server.
@Suite struct AgreementTests {
    private static let tokens = ["a", "b", "c"]

    private static func pattern(_ dice: inout SeededGenerator) -> String {
        let count = Int.random(in: 1...3, using: &dice)
        var tokens = (0..<count).map { _ in
            ["*", "*"].randomElement(using: &dice).flatMap { Bool.random(using: &dice) ? $0 : nil }
                ?? Self.tokens.randomElement(using: &dice) ?? "a"
        }
        if Int.random(in: 0..<5, using: &dice) == 0 { tokens[count - 1] = ">" }
        return "\"\(tokens.joined(separator: "."))\""
    }

    private static func list(_ most: Int, _ dice: inout SeededGenerator) -> String {
        (0..<Int.random(in: 1...most, using: &dice)).map { _ in pattern(&dice) }.joined(separator: ", ")
    }

    private static func role(_ dice: inout SeededGenerator) -> String {
        var parts = ["inbox: none"]
        for key in ["publish", "subscribe"] where Int.random(in: 0..<4, using: &dice) > 0 {
            let deny = Bool.random(using: &dice) ? ", deny: [ \(list(2, &dice)) ]" : ""
            parts.append("\(key): { allow: [ \(list(3, &dice)) ]\(deny) }")
        }
        if Bool.random(using: &dice) {
            let groups = Set((0..<2).map { _ in pattern(&dice) }).sorted().map { pattern in
                "\(pattern): [ \(["g", "h", "any"].randomElement(using: &dice) ?? "g") ]"
            }
            parts.append("queue: { \(groups.joined(separator: ", ")) }")
        }
        return "{ \(parts.joined(separator: ", ")) }"
    }

    @Test func `Who can is who is allowed`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var dice = SeededGenerator(seed: seed)
        var (asked, wider) = (0, 0)
        for _ in 0..<60 {
            let text = "roles: { r: \(Self.role(&dice)) }\nusers: { u: { role: r } }"
            guard let set = try? AccessAnalysisTests.set(["A": text]) else { continue }
            let account = try #require(set.accounts.first)
            let explainer = PolicyExplainer(set, account: account)
            for engine in Engine.allCases {
                var analysis = AccessAnalysis(set, engine: engine)
                let visitor = try #require(try explainer.visitor(.user("u"), on: engine))
                for _ in 0..<20 {
                    let subject = (0..<Int.random(in: 1...4, using: &dice)).map { _ in
                        Self.tokens.randomElement(using: &dice) ?? "a"
                    }.joined(separator: ".")
                    func routes(_ act: AccessRoute.Act) throws -> [AccessRoute] {
                        analysis.routes(
                            act, try #require(AccessQuestion(subject)), of: "A", by: .user(account: "A", user: "u"))
                    }
                    let allowed = try [nil, "g", "h", "other"].filter { queue in
                        try explainer.explain(visitor, "receive \(subject)" + (queue.map { " queue \($0)" } ?? ""))
                            .isAllowed
                    }
                    let received = try routes(.receive)
                    #expect(
                        received.contains { $0.kinds == [.direct] } == allowed.contains(nil),
                        "seed \(seed): \(engine) receive \(subject): \(text)")
                    #expect(
                        received.contains { $0.kinds == [.group] } == allowed.contains { $0 != nil },
                        "seed \(seed): \(engine) receive \(subject) in groups: \(text)")
                    for case .receive(let subscribed, let queue) in received.compactMap(\.performance) {
                        let sentence = "subscribe \(subscribed)" + (queue.map { " queue \($0)" } ?? "")
                        #expect(
                            try explainer.explain(visitor, sentence).isAllowed, "seed \(seed): \(sentence): \(text)")
                        if subscribed != subject { wider += 1 }
                    }
                    let published = try routes(.publish).contains { $0.kinds == [.direct] }
                    #expect(
                        try published == explainer.explain(visitor, "publish \(subject)").isAllowed,
                        "seed \(seed): \(engine) publish \(subject): \(text)")
                    asked += 1
                }
            }
        }
        #expect(asked > 500, "seed \(seed)")
        #expect(wider > 0, "seed \(seed): no subscription was wider than its subject")
    }

    @Test func `Reach knows what nats-server delivers beyond what is allowed`() throws {
        let set = try AccessAnalysisTests.set([
            "A": "exports: [ { stream: \"t.>\" } ]",
            // Two entries that end in *: the deny that would keep back what is beyond one would meet the other.
            "B":
                "imports: [ { stream: \"t.>\", from: A } ]\nroles: { r: { subscribe: [ \"t.*\", \"t.*.*.x\" ] } }",
        ])
        func roles(_ engine: Engine) throws -> [String] {
            try #require(TenantReach(set, account: "A", engine: engine)).lines.flatMap(\.roles)
        }
        #expect(try roles(.broker) == ["r"] && roles(.natsServer) == ["r"])
        var analysis = AccessAnalysis(set, engine: .natsServer)
        let wider = analysis.routes(.receive, try #require(AccessQuestion("t.a.b.y")), of: "A")
        let explainer = PolicyExplainer(set, account: try #require(set.account("B")))
        let explained = try #require(
            try explainer.explain(.holder(role: "r", name: "u", tags: [:]), "receive t.a.b.y", on: .natsServer))
        #expect(wider.isEmpty != explained.isAllowed)
    }
}
