import Claims
import Foundation
import TestSupport
import Testing

@testable import Administration
@testable import Policy

/// An apply that ends anywhere: it is resumed or undone, and at each moment access lies between the old set and the new.
@Suite struct PolicyKillTests {
    /// All plans for `make prove`, a few otherwise.
    private static let plans = ProcessInfo.processInfo.environment["CHANCERY_PROVE"] == nil ? 2 : 50

    private struct Killed: Error {}

    @Test func `an apply killed at every moment is resumed or undone`() async throws {
        var random = SeededGenerator.announced("killed applies")
        for plan in 0..<Self.plans {
            let test = TestDirectory()
            let directory = try test.opened()
            let calm = PolicyApplier(directory, reached: { _ in test.now += 60 })
            var pair = [try Self.randomSet(&random), try Self.randomSet(&random)]
            try await calm.apply(pair[0], .deletingRoles)
            var shots = [try AccessShot(directory)]
            // There has to be a way there, and a way back.
            while shots.count < 2 {
                while try await !calm.isApplied(pair[1]) { pair[1] = try Self.randomSet(&random) }
                let there = try AccessShot(directory)
                do {
                    try await calm.undo()
                    shots.append(there)
                } catch let error as AdministrationError where error.code == .refused {
                    (pair, shots) = ([pair[1], try Self.randomSet(&random)], [there])
                }
            }
            #expect(try AccessShot(directory) == shots[0], "plan \(plan): undone")
            let moments = 1 + 2 * ApplyStep.allCases.count
            for kill in 0..<moments {
                let (old, new) = (shots[0], shots[1])
                var count = 0
                let killer = PolicyApplier(
                    directory,
                    reached: { _ in
                        test.now += 60
                        try AccessShot(directory).check(between: old, and: new, "plan \(plan), killed at \(kill)")
                        count += 1
                        if count == kill + 1 { throw Killed() }
                    })
                await #expect(throws: Killed.self) { try await killer.apply(pair[1], .deletingRoles) }
                let watcher = PolicyApplier(
                    try test.open(),
                    reached: { _ in
                        test.now += 60
                        try AccessShot(directory).check(between: old, and: new, "plan \(plan), after \(kill)")
                    })
                if Bool.random(using: &random) {
                    do { try await watcher.resume() } catch let error as AdministrationError {
                        // Killed after the last confirmation: nothing was left.
                        #expect(error.code == .notFound && kill == moments - 1)
                    }
                    #expect(try AccessShot(directory) == new, "plan \(plan), killed at \(kill), resumed")
                    pair.swapAt(0, 1)
                    shots.swapAt(0, 1)
                } else {
                    try await watcher.undo()
                    #expect(try AccessShot(directory) == old, "plan \(plan), killed at \(kill), undone")
                }
            }
            #expect(try directory.verifyAudit().problems.isEmpty)
            #expect(try directory.findings(at: test.now).filter { $0.level == .error }.isEmpty)
        }
    }

    /// Two accounts with roles, mappings and imports both ways, each with its grant.
    private static func randomSet(_ random: inout SeededGenerator) throws -> PolicySet {
        try RandomPolicySet(exports: ["s.a", "s.b", "s.c"]).make(&random)
    }
}

extension PolicyOptions {
    fileprivate static var deletingRoles: PolicyOptions {
        var options = PolicyOptions()
        options.deletesRoles = true
        return options
    }
}

extension PolicyApplier {
    /// - Returns: false for a set that cannot be applied in steps, which nothing is begun of.
    fileprivate func isApplied(_ set: PolicySet) async throws -> Bool {
        do { try await apply(set, .deletingRoles) } catch let error as AdministrationError {
            guard error.remedy?.contains("nothing was begun") == true else { throw error }
            return false
        }
        return true
    }

    fileprivate func apply(_ set: PolicySet, _ options: PolicyOptions) async throws {
        _ = try await apply(set, at: Place(), options)
    }
}
