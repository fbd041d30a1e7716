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

    // MARK: Parts

    /// A and B each have an import of the other that goes, and a mapping that comes; C takes up what A mapped before.
    private static func crossed(_ a: String, _ b: String, _ c: String) throws -> PolicySet {
        try PolicyApplyTests.set([
            "A": "exports: [ { service: of.A }, { service: z } ]\nroles: { r: { publish: [ of.B ] } }\n" + a,
            "B": "exports: [ { service: of.B } ]\nroles: { r: { publish: [ of.A ] } }\n" + b,
            "C": "roles: { r: { publish: [ z ] } }\n" + c,
        ])
    }

    private static func importing() throws -> PolicySet {
        try crossed(
            "imports: [ { service: of.B, from: B } ]\nmappings: { z: { secret: 100% } }\n",
            "imports: [ { service: of.A, from: A } ]\n", "")
    }

    private static func mapped() throws -> PolicySet {
        try crossed(
            "mappings: { of.A: { danger: 100% } }\n", "mappings: { of.B: { danger: 100% } }\n",
            "imports: [ { service: z, from: A } ]\n")
    }

    private func claims(_ account: String) throws -> AccountClaims { try directory.claims(ofAccount: account) }

    /// Whether an import of one leads to a mapping of the other.
    private func isCrossed() throws -> Bool {
        let (a, b, c) = (try claims("A"), try claims("B"), try claims("C"))
        return !a.imports.isEmpty && b.mappings["of.B"] != nil || !b.imports.isEmpty && a.mappings["of.A"] != nil
            || !c.imports.isEmpty && a.mappings["z"] != nil
    }

    @Test func `Accounts that wait for each other are switched in parts, as the plan says`() async throws {
        try await applier().apply(try Self.importing())
        let waves = [[["A", "B"], ["A", "B"], ["C"]], [["B", "C"], ["A"], ["B"]]]
        for (set, waves) in zip([try Self.mapped(), try Self.importing()], waves) {
            let plan = try await applier { moment in
                let isCrossed = try isCrossed()
                #expect(!isCrossed, "\(moment)")
            }.apply(set)
            #expect(plan.steps.filter { $0.step == .switch }.map(\.accounts) == waves)
        }
        #expect(try await applier().apply(try Self.importing()).isEmpty)
    }

    @Test(arguments: [true, false])
    func `An end at any moment of a switch in parts is gone on with, or taken back`(isResumed: Bool) async throws {
        try await applier().apply(try Self.importing())
        var moments: [PolicyApplier.Moment] = []
        try await applier { moments.append($0) }.apply(try Self.mapped())
        #expect(moments.contains(.switched(wave: 1)))
        for end in moments.dropLast(2) {
            try await PolicyWavesTests().endAndGoOn(at: end, isResumed: isResumed)
        }
    }

    private func endAndGoOn(at end: PolicyApplier.Moment, isResumed: Bool) async throws {
        try await applier().apply(try Self.importing())
        let killer = applier { if $0 == end { throw Killed() } }
        await #expect(throws: Killed.self) { try await killer.apply(try Self.mapped()) }
        let watcher = applier { moment in
            let isCrossed = try isCrossed()
            #expect(!isCrossed, "\(end), then \(moment)")
        }
        if isResumed { try await watcher.resume() } else { try await watcher.undo() }
        let rerun = isResumed ? try Self.mapped() : try Self.importing()
        #expect(try await applier().apply(rerun).isEmpty, "\(end)")
        #expect(try directory.verifyAudit().problems.isEmpty)
    }

    @Test func `What a wave has done is not undone by who goes on with the first`() async throws {
        try await applier().apply(try Self.importing())
        let killer = applier { if $0 == .switched(wave: 2) { throw Killed() } }
        await #expect(throws: Killed.self) { try await killer.apply(try Self.mapped()) }
        var moments: [PolicyApplier.Moment] = []
        try await applier { moment in
            moments.append(moment)
            let isMapped = try claims("A").mappings["of.A"] != nil
            #expect(isMapped, "\(moment)")
        }.resume()
        #expect(moments.contains(.switched(wave: 1)))
    }

    @Test func `What would be mixed in whatever order is refused, with what to do`() async throws {
        func set(_ word: String, _ mapped: String) throws -> PolicySet {
            try PolicyApplyTests.set([
                "A":
                    "imports: [ { service: one, from: B }, { service: two, from: B } ]\nroles: { r: { publish: [ \(word) ] } }\n",
                "B":
                    "exports: [ { service: one }, { service: two } ]\nroles: { srv: { subscribe: [ danger ] } }\n"
                    + (mapped.isEmpty ? "" : "mappings: { \(mapped): { danger: 100% } }\n"),
            ])
        }
        try await applier().apply(try set("one", "two"))
        let wanted = try set("two", "one")
        let error = await #expect(throws: AdministrationError.self) { try await applier().apply(wanted) }
        #expect(error?.message.contains("could publish danger of") == true)
        #expect(error?.remedy?.contains("nothing was begun") == true)
        // In two applies it goes.
        try await applier().apply(try set("one", ""))
        try await applier().apply(try set("two", ""))
        try await applier().apply(wanted)
    }

    // MARK: Answers

    @Test func `Answers that may go anywhere from now on do so when old exports are gone from every server`()
        async throws
    {
        func set(_ replies: String, _ exports: String) throws -> PolicySet {
            try PolicyApplyTests.set([
                "A": "\(exports)roles: { srv: { subscribe: [ s ] } }\n",
                "B": "roles: { r: { publish: [ s ], subscribe: [ inbox ]\(replies) } }\n",
            ])
        }
        func isFree() throws -> Bool {
            let account = try directory.read { try $0.account(EntityReference("B"), of: $0.operator(at: Place())) }
            let roles = try directory.read { try $0.settings(of: account.publicKey) }?.roles ?? [:]
            return roles.contains { $0.value.replies == .any }
        }
        try await applier().apply(try set("", "exports: [ { service: s } ]\n"))
        var free: [PolicyApplier.Moment: Bool] = [:]
        try await applier { free[$0] = try isFree() }.apply(try set(", replies: any", ""))
        #expect(free[.narrowed] == false && free[.stored(.narrow)] == true)
        let killer = applier { if $0 == .narrowed { throw Killed() } }
        try await applier().apply(try set("", "exports: [ { service: s } ]\n"))
        await #expect(throws: Killed.self) { try await killer.apply(try set(", replies: any", "")) }
        try await applier().resume()
        #expect(try isFree())
    }
}
