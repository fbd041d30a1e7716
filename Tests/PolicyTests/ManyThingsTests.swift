import Testing

@testable import Policy

/// Sets with thousands of everything are read and checked in seconds, also without optimization.
@Suite struct ManyThingsTests {
    private static let count = 3_000

    private static func lines(_ line: (Int) -> String) -> String { (0..<count).map(line).joined(separator: "\n") }

    /// How many problems of a kind a set has, and that it does not take long.
    private static func check(
        _ accounts: KeyValuePairs<String, String>, manifest: String = "", engine: Engine = .broker
    ) throws -> [PolicyProblem.Code: Int] {
        let start = ContinuousClock.now
        var problems: [PolicyProblem]
        do {
            let set = try AccessAnalysisTests.set(accounts, manifest: manifest)
            problems = set.warnings + set.problems(for: engine)
        } catch let failure as PolicySet.Failure { problems = failure.problems }
        // Comparing each with each takes minutes; others are at work beside.
        #expect(ContinuousClock.now - start < .seconds(120))
        problems.removeAll { $0.code == .unlimited }
        return Dictionary(grouping: problems, by: \.code).mapValues(\.count)
    }

    @Test func `Exports and who imports them`() throws {
        let exports = "exports:\n" + Self.lines { "  - { stream: e\($0).>, grant: [ B ] }" }
        let imports = "imports:\n" + Self.lines { "  - { stream: e\($0).>, from: A }" }
        #expect(try Self.check(["A": exports, "B": imports]) == [:])
    }

    @Test func `Exports that meet`() throws {
        let exports =
            "exports:\n" + Self.lines { $0.isMultiple(of: 2) ? "  - stream: e.*.x\($0)" : "  - stream: e.y\($0).*" }
        #expect(try Self.check(["A": exports])[.overlap] == Self.count - 1)
    }

    @Test func `Mappings, those that meet too`() throws {
        let apart =
            "mappings:\n" + Self.lines { "  m\($0).*: n\($0).$1" } + "\nroles: { r: { publish: [ m1.a, n1.a ] } }"
        #expect(try Self.check(["A": apart]) == [:])
        let meeting =
            "mappings:\n" + Self.lines { $0.isMultiple(of: 2) ? "  e.*.x\($0): m" : "  e.y\($0).*: m" }
        #expect(try Self.check(["A": meeting])[.overlap] == Self.count - 1)
    }

    @Test func `Users without their roles`() throws {
        let text =
            "roles:\n" + Self.lines { "  r\($0): {}" } + "\nusers:\n" + Self.lines { "  u\($0): { role: x\($0)y }" }
        #expect(try Self.check(["A": text])[.unknownRole] == Self.count)
    }

    @Test func `Users and their tests`() throws {
        let text =
            "roles: { r: { publish: [ a ] } }\nusers:\n" + Self.lines { "  u\($0): { role: r }" } + "\ntests:\n"
            + Self.lines { "  - { as: u\($0), may: [ publish a ] }" }
        #expect(try Self.check(["A": text]) == [:])
    }

    @Test func `Rules that engines take differently`() throws {
        let text =
            "roles:\n  r:\n    subscribe:\n      allow:\n" + Self.lines { "        - \"s\($0).*\"" }
            + "\n      deny:\n" + Self.lines { "        - \"s\($0).a.*\"" }
        let found = try Self.check(["A": text], engine: .natsServer)
        #expect((found[.engineDifference] ?? 0) >= Self.count)
    }
}
