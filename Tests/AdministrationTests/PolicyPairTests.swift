import Claims
import Foundation
import TestSupport
import Testing

@testable import Administration
@testable import Policy

/// Every plan that is accepted is applied to its end, with access between the old set and the new at each moment, and undo
/// comes back; what is not accepted is refused before anything begins.
@Suite struct PolicyPairTests {
    private static let surroundings = ProcessInfo.processInfo.environment
    /// CHANCERY_TEST_PAIRS=n draws n of them.
    private static let pairs =
        surroundings["CHANCERY_TEST_PAIRS"].flatMap { Int($0) } ?? (surroundings["CHANCERY_PROVE"] == nil ? 5 : 500)
    private static let subjects = ["o.>", "o.*.e", "o.eu.*", "o.eu.e", "o.*.f.>", "o.us.f.>", "*.us.>", "p.*"]

    /// CHANCERY_TEST_PAIR=n looks at one pair only.
    private static let only = surroundings["CHANCERY_TEST_PAIR"].flatMap { Int($0) }

    @Test func `random pairs of sets are applied to the end and undone, or refused before the beginning`() async throws
    {
        var random = SeededGenerator.announced("pairs of sets")
        let sets = RandomPolicySet(exports: Self.subjects, kinds: ["stream", "service"])
        var refused = 0
        for pair in 0..<Self.pairs {
            let (first, second) = (try sets.make(&random), try sets.make(&random))
            guard pair == Self.only ?? pair else { continue }
            if try await !Self.isApplied(from: first, to: second, "pair \(pair)") { refused += 1 }
        }
        print("pairs of sets: \(refused) of \(Self.pairs) refused")
        #expect(refused < max(4, Self.pairs / 2))
    }

    /// Applies a set after another one and goes back and forth, with a look at each moment.
    ///
    /// - Returns: false for one that is refused.
    private static func isApplied(from first: PolicySet, to second: PolicySet, _ pair: String) async throws -> Bool {
        if only != nil { for set in [first, second] { print(set.texts.encoded.replacing("\\n", with: "\n")) } }
        let test = TestDirectory()
        let directory = try test.opened()
        let calm = PolicyApplier(directory, reached: { _ in test.now += 60 })
        var options = PolicyOptions()
        options.deletesRoles = true
        try await calm.apply(first, at: Place(), options)
        let old = try AccessShot(directory)
        // What access lies between is known only afterwards.
        var seen: [(moment: PolicyApplier.Moment, shot: AccessShot)] = []
        let watcher = PolicyApplier(
            directory,
            reached: { moment in
                test.now += 60
                seen.append((moment, try AccessShot(directory)))
            })
        do { try await watcher.apply(second, at: Place(), options) } catch let error as AdministrationError {
            #expect(error.remedy?.contains("nothing was begun") == true, "\(pair): \(error)")
            #expect(seen.isEmpty, "\(pair): refused in the middle")
            #expect(try AccessShot(directory) == old)
            return false
        }
        let new = try AccessShot(directory)
        for (moment, shot) in seen { try shot.check(between: old, and: new, "\(pair), \(moment)") }
        #expect(try await calm.apply(second, at: Place(), options).isEmpty, "\(pair): twice")
        for (number, goal) in [old, new, old].enumerated() {
            let what = "\(pair), undo \(number + 1)"
            seen = []
            let plan = try await watcher.undo()
            for (moment, shot) in seen {
                let (missing, excess) = (
                    try shot.missing(between: old, and: new), try shot.excess(between: old, and: new)
                )
                #expect(excess.isEmpty, "\(what), \(moment)")
                // What is taken back is taken back, which is said.
                #expect(missing.isEmpty || !plan.interruptions.isEmpty, "\(what), \(moment): \(missing)")
            }
            let differences = try AccessShot(directory).differences(from: goal)
            #expect(differences.isEmpty, "\(what): it does not come back")
            guard !plan.interruptions.isEmpty else { continue }
            let isRefused = try await isRefused(
                from: number % 2 == 0 ? second : first, to: number % 2 == 0 ? first : second)
            #expect(isRefused, "\(what): an apply does it without shutting anybody out")
        }
        #expect(try directory.findings(at: test.now).filter { $0.level == .error }.isEmpty, "\(pair)")
        return true
    }

    /// Whether an apply of a set after another one is refused.
    private static func isRefused(from first: PolicySet, to second: PolicySet) async throws -> Bool {
        let test = TestDirectory()
        let applier = PolicyApplier(try test.opened(), reached: { _ in test.now += 60 })
        var options = PolicyOptions()
        options.deletesRoles = true
        try await applier.apply(first, at: Place(), options)
        do { try await applier.apply(second, at: Place(), options) } catch is AdministrationError { return true }
        return false
    }
}
