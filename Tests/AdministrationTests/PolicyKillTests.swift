import Claims
import Foundation
import NKeys
import Subjects
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
            var pair = [try Self.randomSet(&random), try Self.randomSet(&random)]
            try await PolicyApplier(directory, reached: { _ in test.now += 60 }).apply(pair[0], .deletingRoles)
            var shots = [try AccessShot(directory)]
            let calm = PolicyApplier(directory, reached: { _ in test.now += 60 })
            try await calm.apply(pair[1], .deletingRoles)
            shots.append(try AccessShot(directory))
            try await calm.undo()
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
        func pick(_ words: [String]) -> String { words.randomElement(using: &random) ?? "a" }
        func some(_ words: [String]) -> [String] { words.filter { _ in Bool.random(using: &random) } }
        func account(_ other: String, exports: [(String, Bool)], imports: [String]) -> String {
            let roles = ["one", "two", "three"].filter { _ in Bool.random(using: &random) }.map { name in
                "  \(name): { publish: [ \(pick(["a", "b", "\"a.>\"", "\"*.c\""])) ], subscribe: [ \(pick(["x", "y", "\"x.*\""])) ] }\n"
            }
            let mapping = Bool.random(using: &random) ? "mappings: { m: { n: 10%, stay: 90% } }\n" : ""
            let offered = exports.map { "  - { stream: \($0.0)\($0.1 ? ", grant: [ \(other) ]" : "") }\n" }
            let taken = imports.map { "  - { stream: \($0), from: \(other), as: \(pick(["i", "j"])).\($0) }\n" }
            return (roles.isEmpty ? "" : "roles:\n" + roles.joined())
                + (offered.isEmpty ? "" : "exports:\n" + offered.joined())
                + (taken.isEmpty ? "" : "imports:\n" + taken.joined()) + mapping
                + "limits: { connections: \(pick(["5", "10", "unlimited"])) }\n"
        }
        func exports() -> [(String, Bool)] { some(["s.a", "s.b", "s.c"]).map { ($0, Bool.random(using: &random)) } }
        let (ofA, ofB) = (exports(), exports())
        return try PolicyApplyTests.set([
            "A": account("B", exports: ofA, imports: some(ofB.map(\.0))),
            "B": account("A", exports: ofB, imports: some(ofA.map(\.0))),
        ])
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
    fileprivate func apply(_ set: PolicySet, _ options: PolicyOptions) async throws {
        _ = try await apply(set, at: Place(), options)
    }
}

/// What may be done at one moment: by the holders of each role, and across accounts.
private struct AccessShot: Equatable {
    /// By account and role.
    private var roles: [String: UserPermissionLimits] = [:]
    /// Imports that work: importer, subject, local subject.
    private var imports: Set<String> = []

    init(_ directory: Directory) throws {
        let accounts = try directory.read { reader in
            try ["A", "B"].map { try reader.account(at: .account($0)) }
        }
        let claims = try Dictionary(
            accounts.map { ($0.publicKey.text, try $0.claims()) }, uniquingKeysWith: { first, _ in first })
        for account in accounts {
            let own = try account.claims()
            for scope in own.signingKeys.compactMap(\.scope) { roles["\(account.name) \(scope.role)"] = scope.template }
            for item in own.imports {
                let export = claims[item.account]?.exports.first { $0.subject == item.subject && $0.type == item.type }
                guard let export, !export.tokenRequired || !item.token.isEmpty else { continue }
                imports.insert("\(account.name) \(item.subject) \(item.localSubject)")
            }
        }
    }

    func check(between old: AccessShot, and new: AccessShot, _ what: String) throws {
        #expect(old.imports.intersection(new.imports).isSubset(of: imports), "\(what): imports are missing")
        #expect(imports.isSubset(of: old.imports.union(new.imports)), "\(what): imports are too many")
        for name in Set(old.roles.keys).union(new.roles.keys).union(roles.keys) {
            func published(_ shot: AccessShot) throws -> SubjectSet {
                try shot.roles[name].map { try RoleSets($0).published() } ?? .nothing
            }
            func subscribed(_ shot: AccessShot) throws -> SubjectSet {
                try shot.roles[name].map { try RoleSets($0).subscribed() } ?? .nothing
            }
            for read in [published, subscribed] {
                let (before, now, after) = (try read(old), try read(self), try read(new))
                #expect(try before.intersection(after).isSubset(of: now), "\(what): \(name) has lost something")
                #expect(try now.isSubset(of: before.union(after)), "\(what): \(name) has too much")
            }
        }
    }
}
