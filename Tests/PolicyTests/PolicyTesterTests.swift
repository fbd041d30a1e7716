import TestSupport
import Testing

@testable import Policy

@Suite struct PolicyTesterTests {
    private static func run(_ account: String) throws -> PolicyTester.Report {
        let files = [
            "chancery.yaml": "chancery: v1\naccounts: { A: a.yaml }\n",
            "a.yaml": "chancery: v1\naccount: A\n" + account,
        ]
        let sets = try PolicySet.readAll(
            Array(files["chancery.yaml", default: ""].utf8), file: "chancery.yaml",
            surroundings: .init(readFile: { files[$0].map { Array($0.utf8) } }))
        return try PolicyTester.run(try #require(sets.first))
    }

    @Test func `What does not hold is told of with the rule that decided`() throws {
        let report = try Self.run(
            """
            roles:
              r: { publish: { allow: [ "a.>" ], deny: [ a.secret ] }, queue: { j: [ v ] } }
            tests:
              - as: { role: r, name: somebody }
                may: [ publish a.secret, publish b, "subscribe j", "subscribe j queue w", "reply to x" ]
                may not: [ publish a.x, "subscribe j queue v" ]
            """)
        #expect(report.outcomes.allSatisfy { !$0.passes })
        #expect(
            report.outcomes.map(\.reason) == [
                "denied by a.secret (a.yaml:4:45)", "no rule of publish fits",
                "j v (a.yaml:4:68) is not for this queue group",
                "j v (a.yaml:4:68) is not for this queue group", "no rule of publish fits",
                "allowed by a.> (a.yaml:4:28)",
                "allowed by j v (a.yaml:4:68)",
            ])
    }

    @Test func `A publish holds only if it holds for every destination`() throws {
        let report = try Self.run(
            """
            mappings:
              "v1.*": { "v2.$1": 10%, stay: 90% }
              "lost.>": { "kept.>": 50%, drop: 50% }
            roles:
              half: { publish: [ "kept.>" ] }
              whole: { publish: [ "v1.*", "v2.*" ] }
            tests:
              - { as: { role: half, name: somebody }, may: [ publish lost.x ], may not: [ publish v1.x ] }
              - { as: { role: whole, name: somebody }, may: [ publish v1.x ] }
            """)
        #expect(report.outcomes.allSatisfy { $0.passes }, "\(report.outcomes.map(\.reason))")
    }

    @Test func `Rules that no sentence touches are found`() throws {
        let report = try Self.run(
            """
            roles:
              r: { publish: [ a, b ] }
            tests:
              - { as: { role: r, name: somebody }, may: [ publish a ] }
            """)
        #expect(report.untouched.map(\.column) == [22])
    }

    @Test func `Who comes from elsewhere, too late or otherwise does not come in`() throws {
        let report = try Self.run(
            """
            roles:
              r:
                from: [ 10.0.0.0/8 ]
                hours: { zone: UTC, between: [ "06:00-22:00" ] }
                connections: [ WEBSOCKET ]
                publish: [ a ]
            tests:
              - as: { role: r, name: somebody }
                may: [ connect, "connect from 10.1.1.1 at 07:00 as WEBSOCKET", publish a ]
                may not: [ connect from 11.1.1.1, "connect at 05:00", connect as STANDARD ]
            """)
        #expect(report.outcomes.allSatisfy { $0.passes }, "\(report.outcomes.map(\.reason))")
    }

    private static func problems(_ bytes: [UInt8]) -> [PolicyProblem] {
        do throws(AccountPolicyFile.Failure) {
            return try AccountPolicyFile.read(bytes, file: "a.yaml", values: ["region": "eu"]).warnings
        } catch {
            return error.problems
        }
    }

    /// Anything at all ends in problems or a policy, and says the same of the same text.
    @Test func `Files that are nearly right are read or refused`() throws {
        var random = SeededGenerator.announced()
        let original = Array(
            """
            chancery: v1
            account: A
            values: { region: { type: token } }
            limits: { connections: 10k, payload: 1MiB }
            exports:
              - { stream: "plant.*.telemetry.>", grant: [ { account: B, only: "plant.x.>", until: 2027-01-01 } ] }
            mappings: { "a.*": { "b.$1": 10%, stay: 90% } }
            roles:
              r:
                tags: { plant: [ berlin ] }
                publish: { allow: [ "plant.{{tag(plant)}}.<region>.>" ], deny: [ 'a' ] }  # comment
                queue: { "j.>": [ w ] }
                expires: { default: 24h, most: 30d }
            users: { u: { role: r, tags: { plant: berlin } } }
            tests:
              - { as: u, may: [ publish plant.berlin.x.y ] }
            """.utf8)
        let pieces = [
            "{", "}", "[", "]", "\"", "'", ":", " ", "\n", "\t", "#", ">", "*", "&a", "!!x", "{{", "}}", "- ", "|", "<",
            "%", "\u{e9}",
        ]
        for _ in 0..<2_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0...bytes.count, using: &random)
                if Bool.random(using: &random) {
                    bytes.insert(contentsOf: Array((pieces.randomElement(using: &random) ?? "").utf8), at: place)
                } else {
                    let end = min(bytes.count, place + Int.random(in: 0...8, using: &random))
                    bytes.removeSubrange(place..<end)
                }
            }
            #expect(Self.problems(bytes) == Self.problems(bytes))
        }
    }
}
