import Authorization
import Claims
import Oracle
import TestSupport
import Testing

@testable import Policy

@Suite struct RoleCompilerTests {
    /// Rules that differ in where they have `*`, so that a decision may have to look at all of them.
    static var multiplying: [String] {
        (0..<4_096).map { number in
            (0..<12).map { number >> $0 & 1 == 0 ? "a" : "*" }.joined(separator: ".") + ".x\(number)"
        }
    }

    @Test func `A role under which the broker would let nobody in is refused`() throws {
        let rules = Self.multiplying.map { "      - \"\($0)\"" }.joined(separator: "\n")
        for list in ["publish", "subscribe"] {
            let failure = try #require(throws: PolicySet.Failure.self) {
                _ = try AccessAnalysisTests.set(["A": "roles:\n  mixed:\n    \(list):\n\(rules)"])
            }
            let errors = failure.problems.filter { $0.severity == .error }
            #expect(errors.map(\.code) == [.tooLarge])
            #expect(errors.first?.message.hasPrefix("the broker would let nobody in as mixed: the rules of") == true)
            #expect(errors.first?.position.description == "A.yaml:6:7")
        }
    }

    static func read(_ roles: String) throws -> AccountPolicy {
        let text = "chancery: v1\naccount: ACME\nroles:\n" + roles
        return try AccountPolicyFile.read(Array(text.utf8), file: "acme.yaml").policy
    }

    static func compile(_ text: String) throws -> CompiledRole {
        let role = try #require(try read(text).roles.first)
        var compiler = RoleCompiler(role, nil)
        let compiled = compiler.compile()
        return try #require(compiled, "\(compiler.problems)")
    }

    static func problems(_ text: String) throws -> [String] {
        let role = try #require(try read(text).roles.first)
        var compiler = RoleCompiler(role, nil)
        #expect(compiler.compile() == nil)
        return compiler.problems.map(\.message)
    }

    @Test func `A role without anything may do nothing`() throws {
        let permissions = try Self.compile("  none: {}").template.permissions
        #expect(permissions == Permissions(publish: Permission(deny: [">"]), subscribe: Permission(deny: [">"])))
    }

    @Test func `Everything is an empty list, and no group`() throws {
        let permissions = try Self.compile("  all: { publish: everything, subscribe: everything }").template.permissions
        #expect(permissions.publish == Permission())
        #expect(permissions.subscribe == Permission(deny: ["> >"]))
    }

    @Test func `Who asks has an inbox of its own`() throws {
        let role = try Self.compile("  sensor: { call: [ orders.place ], publish: [ \"t.{{name()}}\" ] }")
        #expect(role.template.permissions.publish.allow == ["t.{{name()}}", "orders.place"].sorted())
        #expect(role.template.permissions.subscribe.allow == ["_INBOX.{{name()}}.>"])
        #expect(role.settings.replies == .own)
    }

    @Test func `Who answers is in the group, has credit, and can be found`() throws {
        let role = try Self.compile(
            "  pricing: { serve: { price.quote: { name: prices, queue: q, answers: 1, within: 2s } } }")
        let permissions = role.template.permissions
        #expect(permissions.response == ResponsePermission(maxMessages: 1, expires: 2_000_000_000))
        #expect(permissions.subscribe.allow.contains("price.quote q"))
        #expect(!permissions.subscribe.allow.contains("price.quote"))
        #expect(permissions.subscribe.allow.contains("$SRV.PING"))
        #expect(permissions.subscribe.allow.contains("$SRV.INFO.prices.*"))
        #expect(permissions.publish.allow.isEmpty)
    }

    @Test func `What is written in another order or twice is the same role`() throws {
        let one = try Self.compile(
            "  r: { subscribe: { allow: [ \"a.>\", b, \"c.*\" ], deny: [ a.x, z ] }, queue: { \"j.>\": [ v, w ] } }")
        let other = try Self.compile(
            """
              # the same
              r:
                description: the same
                queue: { "j.*": [ w ], "j.>": [ w, v ] }
                subscribe: { allow: [ "c.*", b, a.y, "a.>", c.d ], deny: [ a.x ] }
            """)
        #expect(one.template == other.template)
    }

    @Test func `Groups beside templates are refused with the way out`() throws {
        let problems = try Self.problems("  r: { call: [ x ], queue: { j: [ w ] } }")
        #expect(problems == ["a list with templates and queue groups means other things on nats-server"])
        _ = try Self.compile("  r: { call: [ x ], inbox: role, queue: { j: [ w ] } }")
    }

    @Test func `Two services that are answered otherwise are refused`() throws {
        let problems = try Self.problems("  r: { serve: { a: { answers: 1 }, b: { answers: 2 } } }")
        #expect(problems.count == 1)
    }

    @Test func `Each entry knows its line`() throws {
        let role = try Self.compile(
            """
              r:
                publish:
                  - b
                  - a
                  - b
            """)
        #expect(role.template.permissions.publish.allow == ["a", "b"])
        #expect(role.sources["/pub/allow/0"]?.map(\.line) == [7])
        #expect(role.sources["/pub/allow/1"]?.map(\.line) == [6, 8])
    }

    // MARK: Exactly the sets of the file

    /// A role over a small alphabet, drawn at random.
    private struct Drawn {
        var publish = (allow: [String](), deny: [String]())
        var subscribe = (allow: [String](), deny: [String]())
        var queue: [(String, [String])] = []
        var denied: [(String, [String])] = []

        init(_ random: inout SeededGenerator) {
            func pattern() -> String {
                let tokens = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                    ["a", "b", "*"].randomElement(using: &random) ?? "a"
                }
                return tokens.joined(separator: ".") + (Int.random(in: 0..<4, using: &random) == 0 ? ".>" : "")
            }
            func list(_ most: Int) -> [String] {
                (0..<Int.random(in: 0...most, using: &random)).map { _ in
                    Int.random(in: 0..<12, using: &random) == 0 ? ">" : pattern()
                }
            }
            func groups() -> [(String, [String])] {
                Set(list(3)).sorted().map { subject in
                    let drawn = [["any"], ["v"], ["w"], ["v", "w"], ["v"]].randomElement(using: &random) ?? ["v"]
                    return (subject, drawn)
                }
            }
            publish = (list(4), [])
            if !publish.allow.isEmpty { publish.deny = list(3) }
            subscribe.allow = list(4)
            if Bool.random(using: &random) { queue = groups() }
            if !subscribe.allow.isEmpty || !queue.isEmpty { subscribe.deny = list(3) }
            if !queue.isEmpty, Bool.random(using: &random) { denied = groups() }
        }

        var text: String {
            func list(_ patterns: [String]) -> String {
                "[ " + patterns.map { "\"\($0)\"" }.joined(separator: ", ") + " ]"
            }
            func access(_ lists: (allow: [String], deny: [String])) -> String {
                "{ allow: \(list(lists.allow)), deny: \(list(lists.deny)) }"
            }
            func groups(_ groups: [(String, [String])]) -> String {
                "{ " + groups.map { "\"\($0.0)\": [ \($0.1.joined(separator: ", ")) ]" }.joined(separator: ", ") + " }"
            }
            return "  r: { publish: \(access(publish)), subscribe: \(access(subscribe)), queue: \(groups(queue)), "
                + "deny_queue: \(groups(denied)) }"
        }

        private static func isIn(_ subject: String, _ patterns: [String]) -> Bool {
            let tokens = OracleRules.tokens(Array(subject.utf8))
            return patterns.contains { OracleRule.matches(OracleRules.tokens(Array($0.utf8)), tokens) }
        }

        func mayPublish(_ subject: String) -> Bool {
            Self.isIn(subject, publish.allow) && !Self.isIn(subject, publish.deny)
        }

        func mayReceive(_ subject: String, _ group: String?) -> Bool {
            guard !Self.isIn(subject, subscribe.deny) else { return false }
            guard let group else { return Self.isIn(subject, subscribe.allow) }
            func names(_ groups: [(String, [String])]) -> Bool {
                groups.contains { ($0.1.contains(group) || $0.1 == ["any"]) && Self.isIn(subject, [$0.0]) }
            }
            return names(queue) && !names(denied)
        }
    }

    private static let subjects: [String] = {
        var subjects: [String] = []
        var last = [""]
        for _ in 0..<4 {
            last = last.flatMap { front in ["a", "b", "c"].map { front.isEmpty ? $0 : front + "." + $0 } }
            subjects += last
        }
        return subjects
    }()

    @Test func `Claims admit exactly the sets of the file on each engine`() throws {
        var random = SeededGenerator.announced()
        for _ in 0..<100 {
            let drawn = Drawn(&random)
            let role = try Self.compile(drawn.text)
            for engine in Engine.allCases {
                let model = try EngineModel(engine, role, .init())
                let found = Self.firstDifference(of: model, from: drawn)
                #expect(found == nil, "\(engine): \(found ?? "") \(drawn.text) \(role.template.permissions)")
                guard found == nil else { return }
            }
        }
    }

    /// A subject that a server treats otherwise than the file says, asked for by itself.
    private static func firstDifference(of model: EngineModel, from drawn: Drawn) -> String? {
        for subject in subjects {
            if model.takes(subject) != drawn.mayPublish(subject) { return "publish \(subject)" }
            for group in [nil, "v", "w", "x"] {
                let isReceived =
                    model.accepts(subject, queue: group) && model.delivers(subject, queue: group)
                if isReceived != drawn.mayReceive(subject, group) { return "receive \(subject) \(group ?? "-")" }
            }
        }
        return nil
    }

    /// Patterns of up to three tokens.
    private static let patterns: [String] = {
        var patterns: [String] = [">"]
        var last = [""]
        for _ in 0..<3 {
            last = last.flatMap { front in ["a", "b", "c", "*"].map { front.isEmpty ? $0 : front + "." + $0 } }
            patterns += last + last.map { $0 + ".>" }
        }
        return patterns
    }()

    @Test func `Every difference between engines is listed, and each that is listed occurs`() throws {
        var random = SeededGenerator.announced()
        for _ in 0..<60 {
            let drawn = Drawn(&random)
            let role = try Self.compile(drawn.text)
            var comparison = try EngineComparison(role)
            let listed = try comparison.run()
            let models = try (EngineModel(.broker, role, .init()), EngineModel(.natsServer, role, .init()))
            for group in [nil, "v", "w", "x"] {
                for pattern in Self.patterns {
                    let accepted = (models.0.accepts(pattern, queue: group), models.1.accepts(pattern, queue: group))
                    guard accepted.0 != accepted.1 else { continue }
                    let isListed = listed.contains { $0.covers(subscription: pattern, queue: group) }
                    #expect(isListed, "\(pattern) \(group ?? "-"): \(drawn.text) \(role.template.permissions)")
                    guard isListed else { return }
                }
            }
            for difference in listed {
                #expect(try difference.occurs(in: role), "\(difference): \(drawn.text)")
                guard difference.kind == .widerDelivery else { continue }
                #expect(!drawn.mayReceive(difference.object, difference.queue), "\(difference): \(drawn.text)")
            }
        }
    }
}
