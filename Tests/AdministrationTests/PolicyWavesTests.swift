import Claims
import Foundation
import TestSupport
import Testing

@testable import Administration
@testable import Policy

/// Accounts that are switched one after the other, and an end between them.
@Suite struct PolicyWavesTests {
    private struct Killed: Error {}

    private static let with = [
        "A": "exports: [ { service: s } ]\nroles: { srv: { subscribe: [ s, danger ] } }\n",
        "B": "imports: [ { service: s, from: A } ]\nroles: { r: { publish: [ s ] } }\n",
    ]
    private static let without = [
        "A":
            "exports: [ { service: s } ]\nroles: { srv: { subscribe: [ s, danger ] } }\nmappings: { s: { danger: 100% } }\n",
        "B": "roles: { r: { publish: [ s ] } }\n",
    ]

    private let test = TestDirectory()
    private let directory: Directory

    init() throws { directory = try test.opened() }

    private func applier(_ reached: @escaping (PolicyApplier.Moment) throws -> Void = { _ in }) -> PolicyApplier {
        PolicyApplier(
            directory,
            reached: { moment in
                test.now += 60
                try reached(moment)
            })
    }

    private func isMapped() throws -> Bool { try !directory.claims(ofAccount: "A").mappings.isEmpty }

    private func isImported() throws -> Bool { try !directory.claims(ofAccount: "B").imports.isEmpty }

    @Test func `The mapping is never there beside the import`() async throws {
        let sets = [try PolicyApplyTests.set(Self.with), try PolicyApplyTests.set(Self.without)]
        for turn in 0..<4 {
            var moments: [PolicyApplier.Moment] = []
            let plan = try await applier { moment in
                moments.append(moment)
                let isMixed = try isMapped() && isImported()
                #expect(!isMixed, "turn \(turn), \(moment)")
            }.apply(sets[turn % 2])
            let isBoth = turn > 0
            #expect(moments.contains(.switched(wave: 1)) == isBoth)
            #expect(plan.steps.filter { $0.step == .switch }.map(\.accounts).count == (isBoth ? 2 : 1))
        }
    }

    /// Room for imports is made on the way, so that limits are neither side's.
    @Test func `Limits of an account that is switched already were not set by hand`() async throws {
        func set(_ accounts: [String: String], _ count: Int) throws -> PolicySet {
            let limits = "limits: { connections: \(count), imports: \(count), exports: 1 }\n"
            return try PolicyApplyTests.set(accounts.mapValues { $0 + limits })
        }
        func drift() throws -> [AccessChange] {
            try directory.change("plan", dryRun: true) { change in
                let run = try #require(try change.reader.unfinishedPolicyRun(of: change.reader.operator(at: Place())))
                return try change.planRest(of: run)
            }.value.drift
        }
        let killer = applier { if $0 == .switched(wave: 1) { throw Killed() } }
        try await applier().apply(try set(Self.with, 2))
        await #expect(throws: Killed.self) { try await killer.apply(try set(Self.without, 1)) }
        #expect(try drift().isEmpty)
        try await applier().resume()
        await #expect(throws: Killed.self) { try await killer.undo() }
        #expect(try drift().isEmpty)
    }

    @Test(arguments: [true, false])
    func `An end between two waves is gone on with, or taken back`(isResumed: Bool) async throws {
        try await applier().apply(try PolicyApplyTests.set(Self.with))
        let killer = applier { if $0 == .switched(wave: 1) { throw Killed() } }
        await #expect(throws: Killed.self) { try await killer.apply(try PolicyApplyTests.set(Self.without)) }
        let (isImportedYet, isMappedYet) = (try isImported(), try isMapped())
        #expect(!isImportedYet && !isMappedYet)
        let rest = try directory.change("plan", dryRun: true) { try $0.planRest(at: Place()) }.value
        #expect(!rest.steps.isEmpty)
        let watcher = applier { moment in
            let isMixed = try isMapped() && isImported()
            #expect(!isMixed, "\(moment)")
        }
        if isResumed { try await watcher.resume() } else { try await watcher.undo() }
        let end = (isMapped: try isMapped(), isImported: try isImported())
        #expect(end.isMapped == isResumed && end.isImported != isResumed)
        let rerun = isResumed ? Self.without : Self.with
        #expect(try await applier().apply(try PolicyApplyTests.set(rerun)).isEmpty)
        #expect(try directory.verifyAudit().problems.isEmpty)
    }

    private static let pairs =
        ProcessInfo.processInfo.environment["CHANCERY_TEST_PAIRS"].flatMap { Int($0) } ?? 5

    @Test func `What an apply or an undo of drawn sets does between waves was not done by hand`() async throws {
        var random = SeededGenerator.announced("ends between waves")
        let sets = RandomPolicySet(exports: ["o.>", "o.*.e", "o.eu.*", "o.eu.e", "p.*"], kinds: ["stream", "service"])
        let ends = [PolicyApplier.Moment.switched(wave: 1)]
        var options = PolicyOptions()
        options.deletesRoles = true
        for pair in 0..<Self.pairs {
            let (first, second) = (try sets.make(&random), try sets.make(&random))
            for end in ends {
                let test = TestDirectory()
                let directory = try test.opened()
                let calm = PolicyApplier(directory, reached: { _ in test.now += 60 })
                let killer = PolicyApplier(
                    directory,
                    reached: { moment in
                        test.now += 60
                        if moment == end { throw Killed() }
                    })
                func check(_ what: String) throws {
                    let run = try directory.read { try $0.unfinishedPolicyRun(of: $0.operator(at: Place())) }
                    guard let run else { return }
                    let plan = try directory.change("plan", dryRun: true) { try $0.planRest(of: run) }.value
                    #expect(plan.drift.isEmpty, "pair \(pair), \(what), \(end): \(plan.drift.flatMap(\.lines))")
                }
                try await calm.apply(first, at: Place(), options)
                do { try await killer.apply(second, at: Place(), options) } catch is Killed {
                    try check("apply")
                    _ = try? await calm.resume()
                } catch is AdministrationError { break }
                do { try await killer.undo() } catch is Killed { try check("undo") }
            }
        }
    }

    @Test func `What would be mixed in whatever order is refused, with what to do`() async throws {
        func set(_ sharing: String, _ rest: String) throws -> PolicySet {
            func account(_ own: String, _ other: String) -> String {
                "exports: [ { service: of.\(own) } ]\nroles: { r: { publish: [ of.\(other) ] } }\n"
                    + sharing.replacing("OTHER", with: other) + rest.replacing("OWN", with: own)
            }
            return try PolicyApplyTests.set(["A": account("A", "B"), "B": account("B", "A")])
        }
        try await applier().apply(try set("imports: [ { service: of.OTHER, from: OTHER } ]\n", ""))
        let mapped = try set("", "mappings: { of.OWN: { danger: 100% } }\n")
        let error = await #expect(throws: AdministrationError.self) { try await applier().apply(mapped) }
        #expect(error?.message.contains("could publish danger of") == true)
        #expect(error?.remedy?.contains("nothing was begun") == true)
        // In two applies it goes.
        try await applier().apply(try set("", ""))
        try await applier().apply(mapped)
    }
}
