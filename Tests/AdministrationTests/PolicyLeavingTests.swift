import Audit
import Claims
import Foundation
import NKeys
import TestSupport
import Testing

@testable import Administration
@testable import Policy

/// What leaves a set: accounts, users and names; and who else is at work.
@Suite struct PolicyLeavingTests {
    private static let role = "roles: { r: { publish: [ a ] } }\n"

    @Test(arguments: [("o.*.e.>", "o.eu.e.>"), ("o.eu.e.>", "o.*.e.>")], ["stream", "service"])
    func `an export becomes narrower or wider, and imports of what both have go on`(
        _ change: (String, String), _ kind: String
    ) async throws {
        let test = TestDirectory()
        let directory = try test.opened()
        func set(_ subject: String) throws -> PolicySet {
            try PolicyApplyTests.set([
                "A": "exports: [ { \(kind): \"\(subject)\", grant: [ B ] } ]\nlimits: { exports: 1 }",
                "B": "imports: [ { \(kind): \"o.eu.e.>\", from: A } ]\nlimits: { imports: 1 }",
            ])
        }
        var seen: [Set<String>] = []
        let applier = PolicyApplier(
            directory,
            reached: { _ in
                test.now += 60
                seen.append(Set(try directory.claims(ofAccount: "A").exports.map(\.subject)))
            })
        try await applier.apply(try set(change.0))
        let shot = try AccessShot(directory)
        let token = try directory.claims(ofAccount: "B").imports.first?.token
        seen = []
        try await applier.apply(try set(change.1))
        #expect(seen.allSatisfy { $0.count == 1 } && seen.last == [change.1])
        #expect(try AccessShot(directory) == shot)
        #expect(try directory.claims(ofAccount: "B").imports.first?.token == token)
        try await applier.undo()
        #expect(try directory.claims(ofAccount: "A").exports.map(\.subject) == [change.0])
    }

    @Test func `Who was revoked at an export stays revoked when its subject changes`() async throws {
        let directory = try TestDirectory().opened(accounts: "C")
        func set(_ subject: String) throws -> PolicySet {
            try PolicyApplyTests.set(["A": "exports: [ { stream: \"\(subject)\", private: true } ]"])
        }
        let applier = PolicyApplier(directory)
        try await applier.apply(try set("o.eu"))
        let key = try directory.read { try $0.account(at: .account("C")) }.publicKey
        try directory.change("revoke") {
            try $0.revokeActivation(ExportReference(subject: "o.eu"), for: EntityReference(key), at: .account("A"))
        }
        try await applier.apply(try set("o.*"))
        let export = try #require(try directory.claims(ofAccount: "A").exports.first)
        #expect(export.subject == "o.*" && export.revocations.isRevoked(key.text, issuedAt: TestDirectory.start))
        #expect(try await applier.apply(try set("o.*")).isEmpty)
    }

    @Test func `What cannot be done without shutting somebody out is refused before it begins`() async throws {
        let directory = try TestDirectory().opened()
        func set(_ export: String, _ item: String) throws -> PolicySet {
            try PolicyApplyTests.set([
                "A": "exports: [ { stream: \(export) } ]", "B": "imports: [ { stream: \"\(item)\", from: A } ]",
            ])
        }
        let applier = PolicyApplier(directory)
        try await applier.apply(try set("\"o.eu.>\"", "o.eu.>"))
        do {
            try await applier.apply(try set("\"o.*.>\", grant: [ { account: B } ]", "o.*.a"))
            Issue.record("it was applied")
        } catch let error as AdministrationError {
            #expect(error.code == .refused && error.message.contains("what B imports from A"))
            #expect(error.remedy?.contains("nothing was begun") == true)
        }
        #expect(try directory.read { try $0.unfinishedPolicyRun(of: $0.operator(at: Place())) } == nil)
        try await applier.apply(try set("\"o.*.>\"", "o.*.a"))
        try await applier.apply(try set("\"o.*.>\", grant: [ { account: B } ]", "o.*.a"))
    }

    @Test func `An account that a set does not have any more is let go, and undo takes hold of it again`() async throws
    {
        let directory = try TestDirectory().opened()
        let applier = PolicyApplier(directory)
        try await applier.apply(
            try PolicyApplyTests.set(["A": Self.role, "B": Self.role + "users: { u: { role: r } }"]))
        let token = try directory.read { try $0.account(at: .account("B")) }.token
        func export() throws {
            try directory.change("add export") { try $0.addExport("x", ExportEdits(), at: .account("B")) }
        }
        #expect(refusal { try export() } == .refused)
        let alone = try PolicyApplyTests.set(["A": Self.role])
        #expect(try directory.read { try $0.accountsReleased(by: alone, at: Place()) } == ["B"])
        let plan = try await applier.apply(alone)
        #expect(plan.changes == [.released("B")] && plan.steps.isEmpty && !plan.isEmpty)
        #expect(try directory.read { try $0.account(at: .account("B")) }.token == token)
        #expect(try await applier.apply(alone).isEmpty)
        let released = try directory.auditRecords(of: .policyRelease)
        #expect(released == ["B"])
        // Once more there, it is governed as before, and what was done by hand meanwhile is drift.
        try await applier.undo()
        #expect(refusal { try export() } == .refused)
        #expect(try directory.read { try $0.account(at: .account("B")) }.token == token)
        try await applier.undo()
        try export()
        let plain = try await applier.apply(
            try PolicyApplyTests.set(["A": Self.role, "B": Self.role + "users: { u: { role: r } }"]))
        #expect(plain.changes.map(\.holder) == ["every account", "the account"])
        #expect(plain.changes.last == .governed("B"))
    }

    @Test func `A file that takes hold of the system account is told of`() async throws {
        let directory = try TestDirectory().opened(system: true)
        let applier = PolicyApplier(directory)
        let name = try directory.read { reader in
            try reader.accounts(of: reader.operator(at: Place())).map(\.name).first ?? ""
        }
        #expect(try await applier.apply(try PolicyApplyTests.set(["A": Self.role])).systemAccount == nil)
        let set = try PolicyApplyTests.set(["A": Self.role, name: Self.role])
        #expect(try await applier.apply(set).systemAccount == name)
        #expect(try await applier.apply(set).systemAccount == nil)
    }

    @Test func `What another set governs is not let go`() async throws {
        let directory = try TestDirectory().opened()
        let applier = PolicyApplier(directory)
        try await applier.apply(try PolicyApplyTests.set(["A": Self.role]))
        let plan = try await applier.apply(try PolicyApplyTests.set(["B": Self.role]))
        #expect(!plan.changes.contains(.released("A")))
        let account = try directory.read { try $0.account(at: .account("A")) }
        #expect(try directory.read { try $0.isGoverned(account.publicKey) })
    }

    @Test func `A set that has nothing but accounts that are elsewhere lets go of them`() async throws {
        let directory = try TestDirectory().opened()
        let applier = PolicyApplier(directory)
        try await applier.apply(try PolicyApplyTests.set(["A": Self.role]))
        let none = try PolicyApplyTests.set([:], manifest: "A: managed elsewhere")
        #expect(try directory.read { try $0.accountsReleased(by: none, at: Place()) } == ["A"])
        #expect(try await applier.apply(none).changes == [.released("A")])
        #expect(try await applier.apply(none).isEmpty)
        // Beside a file of another account it is only named.
        try await applier.apply(try PolicyApplyTests.set(["A": Self.role]))
        let other = try PolicyApplyTests.set(["B": Self.role], manifest: ", A: managed elsewhere")
        let plan = try await applier.apply(other)
        #expect(plan.changes.allSatisfy { $0.account == "B" } && plan.governedElsewhere == ["A"])
        #expect(try await applier.apply(other).governedElsewhere.isEmpty)
    }

    @Test func `An account that goes from one set to another is named, and so is one that was nobody's`() async throws {
        let directory = try TestDirectory().opened(accounts: "F")
        let applier = PolicyApplier(directory)
        try await applier.apply(try PolicyApplyTests.set(["A": Self.role, "B": Self.role]))
        let other = try PolicyApplyTests.set(["B": Self.role, "F": Self.role])
        let governing = try directory.read { try $0.governingChanges(by: other, at: Place()) }
        #expect(governing == [.taken("B", from: ["A", "B"], to: ["B", "F"]), .governed("F")])
        #expect(governing[0].lines == ["governed: by the set of A, B becomes by the set of B, F"])
        let plan = try await applier.apply(other)
        #expect(plan.changes.filter { $0.holder == "the account" } == [.released("A")] + governing)
        #expect(try await applier.apply(other).isEmpty)
        // A set that grows or becomes smaller is the same.
        let grown = try await applier.apply(try PolicyApplyTests.set(["B": Self.role, "F": Self.role, "G": Self.role]))
        #expect(grown.changes.allSatisfy { $0.holder != "the account" })
        let smaller = try await applier.apply(try PolicyApplyTests.set(["F": Self.role, "G": Self.role]))
        #expect(smaller.changes == [.released("B")])
    }

    @Test func `A name that somebody still has credentials for is taken`() async throws {
        let directory = try TestDirectory().opened()
        let applier = PolicyApplier(directory)
        let set = try PolicyApplyTests.set(["A": Self.role + "users: { u: { role: r } }"])
        try await applier.apply(set)
        func creds() throws {
            _ = try directory.change("creds") { try $0.credentials(of: EntityReference("u"), at: .account("A")) }
        }
        func delete(_ insisting: Bool, revoking: Bool = false) throws {
            try directory.change("delete user") { change in
                change.overridesPolicies = insisting
                try change.deleteUser(
                    EntityReference("u"), at: .account("A"), revoking: revoking, forgettingSeed: false)
            }
        }
        try creds()
        let first = try directory.claims(ofUser: "u", in: "A")
        #expect(refusal { try delete(false) } == .refused)
        #expect(refusal { try delete(false, revoking: true) } == .refused)
        try delete(true)
        #expect(try directory.auditRecords(of: .policyOverride) == ["A"])
        // The name goes to nobody while the old credentials count; the plan says nothing is different, since it is not.
        #expect(try await applier.apply(set).isEmpty)
        #expect(refusal { try creds() } == .refused)
        #expect(
            refusal {
                try directory.change("add") {
                    _ = try $0.addUser(NewUser(name: "u"), at: .account("A"), signer: .named("r"))
                }
            } == .refused)
        // Taken out of the file, the name's old key is revoked too, and then it is free.
        let plan = try await applier.apply(try PolicyApplyTests.set(["A": Self.role]))
        #expect(plan.users.map(\.isRevoked) == [true] && plan.steps.map(\.step) == [.switch])
        #expect(
            try directory.claims(ofAccount: "A").revocations.isRevoked(first.subject, issuedAt: first.issuedAt))
        try await applier.apply(set)
        try creds()
        #expect(try directory.claims(ofUser: "u", in: "A").subject != first.subject)
        // Revoked with its deletion, the name is free at once.
        try delete(true, revoking: true)
        try creds()
    }

    @Test func `Undo says what it takes back, and never leads into the middle of an apply`() async throws {
        struct Killed: Error {}
        let directory = try TestDirectory().opened()
        let applier = PolicyApplier(directory)
        func subject() throws -> String? { try directory.claims(ofAccount: "A").exports.first?.subject }
        func set(_ subject: String) throws -> PolicySet {
            try PolicyApplyTests.set(["A": "exports: [ { stream: \(subject) } ]"])
        }
        try await applier.apply(try set("a"))
        try await applier.apply(try set("b"))
        let back = try await applier.undo()
        #expect(back.undone?.kind == .apply && back.undone?.isFinished == true)
        #expect(try subject() == "a")
        #expect(try await applier.undo().undone?.kind == .undo)
        #expect(try subject() == "b")
        let killer = PolicyApplier(directory, reached: { if $0 == .stored(.widen) { throw Killed() } })
        await #expect(throws: Killed.self) { try await killer.apply(try set("c")) }
        #expect(try await applier.undo().undone?.isFinished == false)
        #expect(try subject() == "b")
        // That undo is not undone: the one before it is.
        _ = try await applier.undo()
        #expect(try subject() == "a")
        await #expect(throws: Killed.self) { _ = try await killer.undo() }
        await #expect(throws: AdministrationError.self) { _ = try await applier.undo() }
        try await applier.resume()
        #expect(try subject() == "b")
    }

    @Test func `One is at work at a time, and others are told`() async throws {
        let test = TestDirectory()
        let directory = try test.opened()
        let set = try PolicyApplyTests.set(["A": Self.role])
        var told: [String] = []
        let applier = PolicyApplier(
            directory,
            deliver: { _, _ in
                let other = PolicyApplier(try test.open())
                func tell(_ body: () async throws -> Void) async {
                    do { try await body() } catch { told.append((error as? AdministrationError)?.message ?? "") }
                }
                await tell { try await other.apply(set) }
                await tell { try await other.undo() }
                await tell { try await other.resume() }
                await tell { try PolicyLock.check(directory, of: Place()) }
            })
        try await applier.apply(set)
        #expect(told.count >= 4 && told.allSatisfy { $0.contains("another process is at an apply") }, "\(told)")
        try PolicyLock.check(directory, of: Place())
    }
}

extension Directory {
    /// The names of the objects of records about an operation, in their order.
    func auditRecords(of operation: AuditOperation) throws -> [String] {
        try audit(AuditQuery()).entries.map(\.record).filter { $0.operation == operation }.compactMap {
            $0.object?.name
        }
    }
}
