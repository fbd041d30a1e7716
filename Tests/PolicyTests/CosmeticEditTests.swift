import Claims
import Foundation
import Subjects
import TestSupport
import Testing

@testable import Policy

/// Edits that change no set change no claims: the order of a file, comments, descriptions, rules that others contain.
@Suite struct CosmeticEditTests {
    /// All of them for `make prove`, a twentieth otherwise.
    private static let edits = ProcessInfo.processInfo.environment["CHANCERY_PROVE"] == nil ? 50 : 1000

    @Test func `Cosmetic edits leave every claim as it is, byte for byte`() throws {
        var random = SeededGenerator.announced("cosmetic edits")
        for number in 0..<(Self.edits / 10) {
            let policy = RandomPolicy(&random)
            let plain = try Self.claims(policy.text)
            var different = 0
            for _ in 0..<10 {
                var edit = SeededGenerator(seed: random.next())
                let text = policy.edited(&edit)
                if text != policy.text { different += 1 }
                let edited = try Self.claims(text)
                #expect(edited == plain, "policy \(number):\n\(text)")
            }
            #expect(different == 10)
        }
    }

    /// Whether claims refuse an export beside others of its kind: one lies in the other, as they see it, where the end of a
    /// subject is a token like others.
    static func areNested(_ subject: String, in others: [String]) -> Bool {
        func forms(_ text: String) -> [Pattern] {
            [text, text.replacing(">", with: "end")].compactMap { try? Pattern($0) }
        }
        let own = forms(subject)
        return others.contains { other in
            forms(other).contains { pattern in
                own.contains { $0.isContained(in: pattern) || pattern.isContained(in: $0) }
            }
        }
    }

    private static func claims(_ text: String) throws -> [String] {
        let set = try ClaimsCompilerTests.set(["A": text, "B": ""])
        let account = try #require(set.compiled("A"))
        let roles = Dictionary(
            account.roles.map { ($0.name, "K-\($0.name)") }, uniquingKeysWith: { first, _ in first })
        let claims = try account.claims(AccountKeys(account: "A", roles: roles, accounts: ["B": "B"]))
        return [try claims.json()] + account.replies.map { "\($0.key) \($0.value)" }.sorted()
    }
}

/// A policy that is made up, and can be written in many ways.
struct RandomPolicy {
    private struct Role {
        let name: String
        /// By key, such as `publish`: what is allowed and what is denied.
        let lists: [(key: String, allow: [String], deny: [String])]
        let groups: [(String, [String])]
    }

    private let roles: [Role]
    private let exports: [String]
    private let mappings: [(String, [(String, Int)])]

    init(_ random: inout SeededGenerator) {
        func subject() -> String {
            let words = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                ["a", "b", "c", "d", "*"].randomElement(using: &random) ?? "a"
            }
            return words.joined(separator: ".") + (Bool.random(using: &random) ? ".>" : "")
        }
        func subjects(_ counts: ClosedRange<Int>) -> [String] {
            (0..<Int.random(in: counts, using: &random)).map { _ in subject() }
        }
        roles = (0..<Int.random(in: 1...4, using: &random)).map { number in
            let lists = ["publish", "subscribe"].map { key in
                (key: key, allow: subjects(1...5), deny: Bool.random(using: &random) ? subjects(1...3) : [])
            }
            let groups = Bool.random(using: &random) ? [] : [(subject(), ["v", "w"])]
            return Role(name: "role-\(number)", lists: lists, groups: groups)
        }
        exports = Self.apart(subjects(0...3))
        mappings = Bool.random(using: &random) ? [] : [("m.one", [("m.two", 10), ("m.three", 20), ("stay", 70)])]
    }

    /// The subjects of which none lies in one before it, or the other way round.
    private static func apart(_ subjects: [String]) -> [String] {
        subjects.reduce(into: []) { kept, subject in
            if !CosmeticEditTests.areNested(subject, in: kept) { kept.append(subject) }
        }
    }

    /// The file, in the order in which it was made up.
    var text: String { write(shuffle: { $0 }, redundant: { $0 }, comment: { "" }, described: { nil }) }

    /// The file, written otherwise.
    func edited(_ random: inout SeededGenerator) -> String {
        var generator = random
        defer { random = generator }
        return write(
            shuffle: { $0.shuffled(using: &generator) },
            redundant: { list in
                var list = list
                for pattern in list where Bool.random(using: &generator) {
                    list.append(Self.narrowed(pattern, &generator))
                }
                return list
            },
            comment: { Bool.random(using: &generator) ? "# \(UInt8.random(in: 0...255, using: &generator))\n" : "" },
            described: { Bool.random(using: &generator) ? "text \(UInt8.random(in: 0...255, using: &generator))" : nil }
        )
    }

    /// A pattern that lies in another, or that one again.
    private static func narrowed(_ pattern: String, _ random: inout SeededGenerator) -> String {
        let tokens = pattern.split(separator: ".").map { token -> String in
            guard Bool.random(using: &random) else { return String(token) }
            return token == "*" ? "z" : token == ">" ? "y.*" : String(token)
        }
        return tokens.joined(separator: ".")
    }

    private func write(
        shuffle: ([String]) -> [String], redundant: ([String]) -> [String], comment: () -> String,
        described: () -> String?
    ) -> String {
        func list(_ texts: [String]) -> String {
            "[ " + shuffle(redundant(texts)).map { "\"\($0)\"" }.joined(separator: ", ") + " ]"
        }
        let roleLines = roles.map { role -> String in
            var lines = role.lists.map { Self.line($0, list) }
            if !role.groups.isEmpty {
                let groups = role.groups.map { "\"\($0.0)\": [ \(shuffle($0.1).joined(separator: ", ")) ]" }
                lines.append("queue: { \(shuffle(groups).joined(separator: ", ")) }")
            }
            if let text = described() { lines.append("description: \"\(text)\"") }
            return "  \(role.name):\n" + shuffle(lines).map { "    \($0)\n" }.joined()
        }
        let exportLines = exports.map { subject -> String in
            let description = described().map { ", description: \"\($0)\"" } ?? ""
            return "  - { stream: \"\(subject)\", grant: [ B ]\(description) }\n"
        }
        let mappingLines = mappings.map { source, shares in
            "  \(source): { " + shuffle(shares.map { "\($0.0): \($0.1)%" }).joined(separator: ", ") + " }\n"
        }
        var sections = ["roles:\n" + shuffle(roleLines).joined(separator: comment())]
        if !exportLines.isEmpty { sections.append("exports:\n" + shuffle(exportLines).joined(separator: comment())) }
        if !mappingLines.isEmpty { sections.append("mappings:\n" + shuffle(mappingLines).joined()) }
        if let text = described() { sections.append("description: \"\(text)\"\n") }
        return shuffle(sections).joined(separator: comment() + "\n")
    }

    private static func line(
        _ entry: (key: String, allow: [String], deny: [String]), _ list: ([String]) -> String
    ) -> String {
        guard !entry.deny.isEmpty else { return "\(entry.key): \(list(entry.allow))" }
        return "\(entry.key): { allow: \(list(entry.allow)), deny: \(list(entry.deny)) }"
    }
}
