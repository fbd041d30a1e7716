import Subjects
import TestSupport
import Testing

@testable import Policy

/// What large accounts cost, in steps and not in time.
@Suite struct CompilingCostTests {
    /// Each role includes the next twenty, and so all that follow.
    private static func including(_ count: Int, _ width: Int = 20, isCircle: Bool = false) -> [UInt8] {
        var text = "chancery: v1\naccount: A\nroles:\n"
        for role in 0..<count {
            let others = (1...width).map { role + $0 }.filter { isCircle || $0 < count }.map { "r\($0 % count)" }
            text +=
                "  r\(role): { publish: [ a.r\(role).s, a.r\(role).t ], includes: [ \(others.joined(separator: ", ")) ] }\n"
        }
        return Array(text.utf8)
    }

    private static func problems(_ bytes: [UInt8]) throws -> [PolicyProblem] {
        let file = try AccountPolicyFile.read(bytes, file: "a.yaml")
        do throws(AccountPolicyFile.Failure) {
            _ = try file.compiledRoles()
            return []
        } catch {
            return error.problems.filter { $0.severity == .error }
        }
    }

    /// Every include of every role that is put together is followed once.
    @Test(arguments: [75, 150]) func `Includes are followed once for each role`(_ count: Int) throws {
        let file = try AccountPolicyFile.read(Self.including(count), file: "a.yaml")
        var composer = RoleComposer(file.policy.roles, file.source)
        for role in file.policy.roles { #expect(composer.compose(role) != nil) }
        #expect(composer.problems.isEmpty)
        #expect(composer.steps <= 20 * count * (count + 1) / 2, "\(composer.steps)")
        // Two subjects, and the role itself.
        #expect(composer.rules <= 3 * count * (count + 1) / 2, "\(composer.rules)")
    }

    @Test func `More rules than servers could read are not put together`() throws {
        let problems = try Self.problems(Self.including(600))
        #expect(problems.map(\.code) == [.tooLarge])
        #expect(
            problems.first?.message
                == "the account's roles come to more than 100000 rules, each with everything that it includes")
        #expect(problems.first?.remedy == "let roles include fewer others, or divide the account")
    }

    /// Each include of a circle is told of once, however many roles lead there.
    @Test func `A circle of many roles is told of once for each include`() throws {
        let problems = try Self.problems(Self.including(60, isCircle: true))
        #expect(!problems.isEmpty)
        #expect(problems.count == Set(problems.map(\.position)).count)
    }

    @Test func `A chain of ten thousand roles ends in a diagnostic`() throws {
        let problems = try Self.problems(Self.including(10_000, 1))
        #expect(problems.map(\.code) == [.tooLarge])
    }

    @Test func `Users of several roles are looked at once`() throws {
        var text = String(decoding: Self.including(150), as: UTF8.self) + "users:\n"
        for user in 0..<300 { text += "  u\(user): { role: [ r\(user % 150), r\((user * 7 + 3) % 150) ] }\n" }
        let file = try AccountPolicyFile.read(Array(text.utf8), file: "a.yaml")
        var composer = RoleComposer(file.policy.roles, file.source)
        for user in file.policy.users { _ = composer.outermost(user.roles) }
        // What a role includes is gathered once for all who have it: 150 roles of up to 150 with 20 includes each.
        #expect(composer.steps <= 150 * 150 * 20 + 300 * 4, "\(composer.steps)")
    }

    /// Whether a rule lies in another is asked of a trie, not of each other rule.
    @Test func `Rules with wildcards in many places are found in few steps`() throws {
        var random = SeededGenerator.announced()
        let names = ["*", "*"] + (0..<12).map { "t\($0)" }
        let rules = try (0..<1_500).map { _ in
            let tokens = (0..<Int.random(in: 2...8, using: &random)).map { _ in
                names.randomElement(using: &random) ?? "*"
            }
            return PolicyRule(try Pattern(tokens.joined(separator: ".")), [])
        }
        var index = RuleIndex(rules)
        for (number, rule) in rules.enumerated() { #expect(try index.containing(rule.pattern).contains(number)) }
        #expect(index.steps < 1_500 * 256, "\(index.steps)")
    }
}
