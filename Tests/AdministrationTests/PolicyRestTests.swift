import Claims
import GRDB
import TestSupport
import Testing

@testable import Administration
@testable import Policy

/// What is left of an apply that did not come to its end, and edits by hand in the meantime.
@Suite struct PolicyRestTests {
    private struct Killed: Error {}

    /// An apply of other permissions and an export, which ended after it had widened.
    private static func halfway(
        _ test: TestDirectory, at end: PolicyApplier.Moment = .confirmed(.widen)
    ) async throws -> Directory {
        let directory = try test.opened()
        try await PolicyApplier(directory).apply(try PolicyApplyTests.set(["A": "roles: { r: { publish: [ a ] } }"]))
        let killer = PolicyApplier(
            directory, reached: { moment in if moment == end { throw Killed() } })
        let wanted = try PolicyApplyTests.set(["A": "exports: [ { stream: s } ]\nroles: { r: { publish: [ b ] } }"])
        await #expect(throws: Killed.self) { try await killer.apply(wanted) }
        return directory
    }

    private static func lines(_ changes: [AccessChange]) -> [String] { changes.map { "\($0.holder): \($0.lines[0])" } }

    @Test func `A disk that is full in the middle is told as what it is: the apply has begun`() async throws {
        let directory = try TestDirectory().opened()
        try await PolicyApplier(directory).apply(try PolicyApplyTests.set(["A": "roles: { r: { publish: [ a ] } }"]))
        func fill(_ pages: String) throws {
            try directory.database.writeWithoutTransaction { database in
                // SQLite takes what is there already for the least.
                try database.execute(sql: "PRAGMA max_page_count = \(pages)")
            }
        }
        let publish = (0..<4_000).map { "      - b.b\($0)" }.joined(separator: "\n")
        let wanted = try PolicyApplyTests.set(["A": "roles:\n  r:\n    publish:\n\(publish)"])
        func told(_ body: () async throws -> Void) async -> AdministrationError? {
            do { try await body() } catch { return error as? AdministrationError }
            return nil
        }
        // Before it has begun nothing was changed.
        try fill("1")
        let early = await told { try await PolicyApplier(directory).apply(wanted) }
        #expect(
            early?.code == .storageFailed && early?.remedy?.hasSuffix("nothing was changed") == true, "\(early as Any)")
        #expect(try directory.read { try $0.unfinishedPolicyRun(of: $0.operator(at: Place())) } == nil)
        try fill("1073741823")
        let filler = PolicyApplier(directory, reached: { if $0 == .begun { try fill("1") } })
        let late = await told { try await filler.apply(wanted) }
        #expect(late?.code == .storageFailed)
        #expect(
            late?.description
                == "the disk that the directory is on is full, and the apply that has begun is not finished; "
                + "free some space and try again: \"chancery policy apply --resume\" goes on, "
                + "and \"chancery policy undo\" goes back")
        // Still full, going on says the same.
        let again = await told { try await PolicyApplier(directory).resume() }
        #expect(again?.description == late?.description)
        try fill("1073741823")
        try await PolicyApplier(directory).resume()
        #expect(try directory.read { try $0.unfinishedPolicyRun(of: $0.operator(at: Place())) } == nil)
    }

    @Test func `What servers do not have yet is left`() async throws {
        let directory = try await Self.halfway(TestDirectory(), at: .stored(.switch))
        let plan = try directory.change("plan", dryRun: true) { change in
            let run = try #require(try change.reader.unfinishedPolicyRun(of: change.reader.operator(at: Place())))
            return try change.planRest(of: run)
        }.value
        #expect(
            Self.lines(plan.changes) == [
                "role r: gains publish b, such as b", "role r: loses publish a, such as a",
            ])
        #expect(plan.drift.isEmpty && plan.steps.map(\.step) == [.switch])
    }

    @Test func `What is left is told, and what was done by hand since is taken back`() async throws {
        let directory = try await Self.halfway(TestDirectory())
        func rest() throws -> PolicyPlan {
            try directory.change("plan", dryRun: true) { change in
                let run = try #require(try change.reader.unfinishedPolicyRun(of: change.reader.operator(at: Place())))
                return try change.planRest(of: run)
            }.value
        }
        let plan = try rest()
        #expect(plan.drift.isEmpty && plan.newAccounts.isEmpty)
        #expect(
            Self.lines(plan.changes) == [
                "role r: gains publish b, such as b", "role r: loses publish a, such as a",
            ])
        #expect(plan.steps.map(\.step) == [.switch])

        var limits = AccountEdits()
        limits.connections = 7
        func edit(forced: Bool) throws {
            try directory.change("edit") { change in
                change.overridesPolicies = forced
                try change.editAccount(at: .account("A"), limits)
            }
        }
        do {
            try edit(forced: false)
            Issue.record("it was edited")
        } catch let error as AdministrationError {
            #expect(error.code == .refused && error.message.contains("is not finished"))
        }
        try edit(forced: true)
        #expect(Self.lines(try rest().drift) == ["limits: connections: unlimited becomes 7"])
        let done = try await PolicyApplier(directory).resume()
        #expect(Self.lines(done?.drift ?? []) == ["limits: connections: unlimited becomes 7"])
        #expect(Self.lines(done?.changes ?? []).last == "limits: connections: 7 becomes unlimited")
        #expect(try directory.claims(ofAccount: "A").limits.connections == -1)
    }

    /// A key that somebody makes by hand.
    private static func addKey(_ directory: Directory) throws {
        try directory.change("key") { change in
            change.overridesPolicies = true
            var edits = RoleEdits()
            edits.role = "hand"
            try change.editSigningKeys(["generate"], at: .account("A"), edits)
        }
    }

    @Test func `What was done by hand is that also after an undo has brought it in again`() async throws {
        let test = TestDirectory()
        let directory = try test.opened()
        let set = try PolicyApplyTests.set(["A": "roles: { r: { publish: [ a ] } }"])
        let applier = PolicyApplier(directory, reached: { _ in test.now += 60 })
        func plan() throws -> PolicyPlan {
            try directory.change("plan", dryRun: true) { try $0.plan($0.beginPolicy(set)) }.value
        }
        try await applier.apply(set)
        try Self.addKey(directory)
        let first = try Self.lines(plan().drift)
        #expect(first.contains("role hand: role: hand is new"), "\(first)")
        try await applier.apply(set)
        #expect(try plan().drift.isEmpty && plan().isEmpty)
        try await applier.undo()
        #expect(try Self.lines(plan().drift) == first)
        // And so it is when that is taken back, and brought in once more.
        try await applier.undo()
        #expect(try plan().drift.isEmpty && plan().isEmpty)
        try await applier.undo()
        #expect(try Self.lines(plan().drift) == first)
        try await applier.apply(set)
        #expect(try plan().isEmpty)
    }

    @Test(arguments: [true, false]) func `What an undo does itself was not done by hand`(_ byHand: Bool) async throws {
        for end in [PolicyApplier.Moment.begun] + ApplyStep.allCases.flatMap({ [.stored($0), .confirmed($0)] }) {
            let test = TestDirectory()
            let directory = try test.opened()
            let applier = PolicyApplier(directory, reached: { _ in test.now += 60 })
            try await applier.apply(
                try PolicyApplyTests.set([
                    "A":
                        "exports: [ { stream: s, grant: [ B ] } ]\nroles: { r: { publish: [ a ] }, two: { publish: [ b ] } }",
                    "B": "imports: [ { stream: s, from: A } ]",
                ]))
            if byHand { try Self.addKey(directory) }
            var options = PolicyOptions()
            options.deletesRoles = true
            let next = try PolicyApplyTests.set([
                "A":
                    "exports: [ { stream: t } ]\nroles: { q: { was: r, publish: [ a, c ] }, three: { publish: [ d ] } }",
                "B": "imports: [ { stream: t, from: A } ]",
            ])
            try await applier.apply(next, at: Place(), options)
            let killer = PolicyApplier(directory, reached: { if $0 == end { throw Killed() } })
            await #expect(throws: Killed.self) { try await killer.undo() }
            let run = try directory.read { try $0.unfinishedPolicyRun(of: $0.operator(at: Place())) }
            guard let run else { continue }
            let plan = try directory.change("plan", dryRun: true) { try $0.planRest(of: run) }.value
            #expect(plan.drift.isEmpty, "\(end): \(Self.lines(plan.drift))")
            try await applier.resume()
        }
    }

    @Test func `What a file leaves alone is not told to be taken back`() async throws {
        let directory = try TestDirectory().opened()
        let set = try PolicyApplyTests.set([
            "A": "leave: [ exports, mappings, limits ]\nroles: { r: { publish: [ a ] } }"
        ])
        try await PolicyApplier(directory).apply(set)
        var limits = AccountEdits()
        (limits.connections, limits.tags) = (7, ListEdits(add: ["t"]))
        try directory.change("edit") { change in
            change.overridesPolicies = true
            try change.addExport("s", ExportEdits(), at: .account("A"))
            try change.editAccount(at: .account("A"), limits)
        }
        let plan = try directory.change("plan", dryRun: true) { change in
            try change.plan(change.beginPolicy(set))
        }.value
        #expect(Self.lines(plan.drift) == ["the account: tags: t is new"])
        #expect(Self.lines(plan.changes) == ["the account: tags: t goes"])
        let present = try directory.read { try $0.accountAccess(at: Place()) }
        let changes = try PolicyChoice.differences(from: present, to: set.access(keeping: present), of: set)
        #expect(Self.lines(changes) == ["the account: tags: t goes"])
    }

    @Test func `A difference follows a role to its new name`() throws {
        let old = try PolicyApplyTests.set([
            "A": "roles: { dev: { publish: [ a ] }, op: { publish: [ c ] } }"
        ])
        let new = try PolicyApplyTests.set([
            "A": "roles: { sensor: { was: dev, publish: [ a, b ] }, dev: { was: op, publish: [ c ] } }"
        ])
        let changes = try PolicyChoice.differences(from: old.access(), to: new.access(), of: new)
        #expect(
            Self.lines(changes) == [
                "role dev: name: op becomes dev", "role sensor: name: dev becomes sensor",
                "role sensor: gains publish b, such as b",
            ])
    }
}
