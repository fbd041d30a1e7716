import Audit
import Authorization
import Claims
import NKeys
import TestSupport
import Testing

@testable import Administration
@testable import Policy

/// A grant that a file does not say any more: what was signed for it counts no more, whoever has it.
@Suite struct PolicyGrantTests {
    private let test = TestDirectory()

    private static func exporter(_ export: String) -> String { "exports: [ { \(export) } ]\n" }
    private static func importer(_ kind: String = "stream") -> String {
        "imports: [ { \(kind): \"s.>\", from: A } ]\n"
    }

    /// Whether a server lets an account have something of A with an activation.
    private func lets(
        _ importer: String, _ token: String, _ directory: Directory, _ subject: String = "s.>",
        _ type: ExportType = .stream
    ) throws -> Bool {
        let exporter = try directory.claims(ofAccount: "A")
        let key = try directory.read { try $0.account(at: .account(importer)) }.publicKey
        var item = Import(name: subject, subject: subject, type: type)
        (item.account, item.token) = (exporter.subject, token)
        return (try? ImportUse.grant(item, importer: .key(key), exporter: exporter, at: test.now)) != nil
    }

    private func token(of importer: String, _ directory: Directory) throws -> String {
        try #require(try directory.claims(ofAccount: importer).imports.first).token
    }

    @Test(arguments: ["stream", "service"], [true, false])
    func `An importer that is let go with its grant is shut out, and comes back with it`(
        _ kind: String, _ hasOthers: Bool
    ) async throws {
        let type: ExportType = kind == "stream" ? .stream : .service
        let directory = try test.opened()
        let applier = PolicyApplier(directory, reached: { _ in test.now += 60 })
        let full = try PolicyApplyTests.set([
            "A": Self.exporter("\(kind): \"s.>\", grant: [ B, C ]"), "B": Self.importer(kind), "C": Self.importer(kind),
        ])
        try await applier.apply(full)
        let old = try token(of: "B", directory)
        let other = try token(of: "C", directory)
        #expect(try lets("B", old, directory, "s.>", type))
        let without =
            hasOthers
            ? try PolicyApplyTests.set([
                "A": Self.exporter("\(kind): \"s.>\", grant: [ C ]"), "C": Self.importer(kind),
            ]) : try PolicyApplyTests.set(["A": Self.exporter("\(kind): \"s.>\", private: true")])
        let plan = try await applier.apply(without)
        let said = plan.changes.filter { $0.account == "A" && $0.holder == "grant of B" }.flatMap(\.lines)
        #expect(said.contains("loses import the \(kind) s.>, such as s.x1"), "\(said)")
        #expect(said.contains("activations for the \(kind) s.>: in force becomes revoked"), "\(said)")
        #expect(plan.steps.map(\.step) == [.narrow])
        #expect(try !lets("B", old, directory, "s.>", type))
        #expect(try lets("C", other, directory, "s.>", type) == hasOthers)
        #expect(try await applier.apply(without).isEmpty)
        // What is in force is what an undo brings back, with an activation that counts.
        try await applier.undo()
        #expect(try lets("B", token(of: "B", directory), directory, "s.>", type))
        #expect(try lets("C", token(of: "C", directory), directory, "s.>", type))
        #expect(try await applier.apply(full).isEmpty)
        try await applier.undo()
        #expect(try !lets("B", token(of: "B", directory), directory, "s.>", type))
        try await applier.apply(full)
        #expect(try lets("B", token(of: "B", directory), directory, "s.>", type))
        #expect(try !lets("B", old, directory, "s.>", type))
        #expect(try await applier.apply(full).isEmpty)
        #expect(try directory.findings(at: test.now).filter { $0.level == .error }.isEmpty)
    }

    @Test func `A grant becomes smaller or shorter, and the plan says so`() async throws {
        let directory = try test.opened()
        let applier = PolicyApplier(directory, reached: { _ in test.now += 60 })
        func set(_ grants: String, _ importers: [String: String]) throws -> PolicySet {
            var files = importers
            files["A"] = Self.exporter("stream: \"s.>\", grant: [ \(grants) ]")
            return try PolicyApplyTests.set(files)
        }
        try await applier.apply(try set("B, C", ["B": Self.importer(), "C": Self.importer()]))
        let (b, c) = (try token(of: "B", directory), try token(of: "C", directory))
        let narrow = try set(
            "{ account: B, only: s.b }, { account: C, until: 2100-01-01 }",
            ["B": "imports: [ { stream: s.b, from: A } ]", "C": Self.importer()])
        let plan = try await applier.apply(narrow)
        let lines = plan.changes.filter { $0.account == "A" }.map { "\($0.holder): \($0.lines[0])" }
        #expect(lines.contains("grant of B: loses import the stream s.> except s.b, such as s.x1"), "\(lines)")
        #expect(lines.contains("grant of C: end of the stream s.>: never becomes 2100-01-01"), "\(lines)")
        // Old activations are over, and new ones have taken their place.
        #expect(try !lets("B", b, directory, "s.a") && !lets("B", b, directory, "s.b"))
        #expect(try !lets("C", c, directory))
        #expect(try lets("B", token(of: "B", directory), directory, "s.b"))
        #expect(try lets("C", token(of: "C", directory), directory))
        #expect(try await applier.apply(narrow).isEmpty)
    }

    @Test func `An account that is elsewhere loses what was signed by hand with its grant, and nothing else`()
        async throws
    {
        let directory = try test.opened(accounts: "F", "G")
        let applier = PolicyApplier(directory, reached: { _ in test.now += 60 })
        func set(_ export: String) throws -> PolicySet {
            try PolicyApplyTests.set(
                ["A": Self.exporter(export)], manifest: ", F: managed elsewhere, G: managed elsewhere")
        }
        func sign(_ importer: String) throws -> String {
            try directory.change("activation") {
                try $0.generateActivation("s.>", for: EntityReference(importer), at: .account("A"))
            }.value
        }
        let granted = try set("service: \"s.>\", grant: [ F ]")
        try await applier.apply(granted)
        let (f, g) = (try sign("F"), try sign("G"))
        #expect(try await applier.apply(granted).isEmpty)
        let plan = try await applier.apply(try set("service: \"s.>\", private: true"))
        #expect(plan.changes.contains { $0.holder == "grant of F" && $0.isLoss })
        #expect(try !lets("F", f, directory, "s.>", .service))
        // What no file said is no business of files.
        #expect(try lets("G", g, directory, "s.>", .service))
        // An export that goes takes its revocations along: when it comes back, nothing old comes with it.
        try await applier.apply(try PolicyApplyTests.set(["A": ""]))
        try await applier.apply(try set("service: \"s.>\", private: true"))
        #expect(try !lets("F", f, directory, "s.>", .service) && !lets("G", g, directory, "s.>", .service))
        try await applier.apply(granted)
        let again = try sign("F")
        #expect(try lets("F", again, directory, "s.>", .service))
    }

    @Test func `What an apply that was given up has signed does not count`() async throws {
        struct Killed: Error {}
        let directory = try test.opened()
        let applier = PolicyApplier(directory, reached: { _ in test.now += 60 })
        try await applier.apply(
            try PolicyApplyTests.set(["A": Self.exporter("stream: \"s.>\", private: true"), "B": ""]))
        let killer = PolicyApplier(directory, reached: { if $0 == .stored(.switch) { throw Killed() } })
        await #expect(throws: Killed.self) {
            try await killer.apply(
                try PolicyApplyTests.set([
                    "A": Self.exporter("stream: \"s.>\", grant: [ B ]"), "B": Self.importer(),
                ]))
        }
        let token = try token(of: "B", directory)
        #expect(try lets("B", token, directory))
        try await applier.undo()
        #expect(try !lets("B", token, directory))
    }

    private func revoke(_ importer: String, _ directory: Directory) throws {
        try directory.change("revoke") {
            try $0.revokeActivation(ExportReference(subject: "s.>"), for: EntityReference(importer), at: .account("A"))
        }
    }

    @Test(arguments: ["stream", "service"])
    func `What somebody revoked by hand is given again only where somebody insists, and the plan says both`(
        _ kind: String
    ) async throws {
        let type: ExportType = kind == "stream" ? .stream : .service
        let directory = try test.opened()
        let applier = PolicyApplier(directory, reached: { _ in test.now += 60 })
        func set(_ role: String) throws -> PolicySet {
            try PolicyApplyTests.set([
                "A": Self.exporter("\(kind): \"s.>\", grant: [ B, C ]") + role, "B": Self.importer(kind),
                "C": Self.importer(kind),
            ])
        }
        let first = try set("")
        try await applier.apply(first)
        let old = try token(of: "B", directory)
        let other = try token(of: "C", directory)
        try revoke("B", directory)
        // What is in force counts what is revoked as what it is: nothing.
        let present = try directory.read { try $0.accountAccess(at: Place()) }
        let differences = try PolicyChoice.differences(from: present, to: first.access(keeping: present), of: first)
        let gained = "gains take from A the \(kind) s.>, such as s.x1"
        #expect(differences.map { [$0.account] + $0.lines } == [["B", gained]])
        let planned = try directory.change("plan", dryRun: true) { change in
            let planned = try change.planPolicy(first, at: Place())
            return (planned.content, try change.plan(planned.run))
        }.value
        let said = #"{"account":"A","importer":"B","kind":"\#(kind)","subject":"s.>"}"#
        #expect(planned.0.contains(#""given_again":[\#(said)]"#), "\(planned.0)")
        #expect(planned.1.changes.map { [$0.account] + $0.lines } == [["B", gained]] && planned.1.drift.isEmpty)
        await #expect(throws: AdministrationError.self) { try await applier.apply(first) }
        #expect(try directory.read { try $0.unfinishedPolicyRun(of: $0.operator(at: Place())) } == nil)
        #expect(try directory.auditRecords(of: .policyOverride).isEmpty)
        #expect(try token(of: "B", directory) == old)
        var options = PolicyOptions()
        options.givesAgain = true
        try await applier.apply(first, at: Place(), options)
        #expect(try directory.auditRecords(of: .policyOverride) == ["A"])
        #expect(try lets("B", token(of: "B", directory), directory, "s.>", type))
        #expect(try !lets("B", old, directory, "s.>", type) && token(of: "C", directory) == other)
        // Once it was given again it is as anything else.
        #expect(try await applier.apply(first).isEmpty)
        #expect(try await applier.apply(set(Self.role)).givenAgain.isEmpty)
    }

    private static let role = "roles: { r: { publish: [ a ] } }\n"

    @Test func `An undo does not give again what somebody revoked by hand`() async throws {
        let directory = try test.opened()
        let applier = PolicyApplier(directory, reached: { _ in test.now += 60 })
        func set(_ role: String) throws -> PolicySet {
            try PolicyApplyTests.set([
                "A": Self.exporter("stream: \"s.>\", grant: [ B ]") + role, "B": Self.importer(),
            ])
        }
        try await applier.apply(try set(""))
        try await applier.apply(try set(Self.role))
        try revoke("B", directory)
        let plan = try await applier.undo()
        #expect(plan.changes.allSatisfy { $0.account == "A" } && !plan.changes.isEmpty)
        #expect(try !lets("B", token(of: "B", directory), directory))
    }

    @Test func `A service that is asked by its old name has an activation for what the exporter calls it`() async throws
    {
        let directory = try test.opened()
        let applier = PolicyApplier(directory)
        let set = try PolicyApplyTests.set([
            "A": Self.exporter("service: \"z.*\", grant: [ B ]"),
            "B": "imports: [ { service: \"a.*\", from: A, claims: { to: \"z.*\" } } ]",
        ])
        let plan = try await applier.apply(set)
        #expect(plan.requests.isEmpty)
        let item = try #require(try directory.claims(ofAccount: "B").imports.first)
        let key = try directory.read { try $0.account(at: .account("B")) }.publicKey
        let exporter = try directory.claims(ofAccount: "A")
        #expect((try? ImportUse.grant(item, importer: .key(key), exporter: exporter, at: test.now)) != nil)
        #expect(try await applier.apply(set).isEmpty)
    }

    @Test func `Where an export has the importer's key, an import with another one is refused, and told which it is`()
        async throws
    {
        let directory = try test.opened(accounts: "B", "C")
        func key(_ account: String) throws -> String {
            try directory.read { try $0.account(at: .account(account)) }.publicKey.text
        }
        func set(_ key: String, _ more: String = "") throws -> PolicySet {
            try PolicyApplyTests.set([
                "A": Self.exporter("stream: \"n.*.>\", account_token: 2"),
                "B": "imports: [ { stream: \"n.\(key).x\", from: A } ]" + more,
            ])
        }
        let applier = PolicyApplier(directory)
        do {
            try await applier.apply(try set(key("C")))
            Issue.record("it was applied")
        } catch let error as AdministrationError {
            #expect(error.code == .refused && error.message.contains("can never be used"), "\(error.message)")
            #expect(try error.remedy == "write \(key("B")) there")
        }
        #expect(throws: PolicySet.Failure.self) { _ = try set("eu") }
        #expect(throws: PolicySet.Failure.self) { _ = try set("*") }
        let own = try set(key("B"), "\nroles: { r: { subscribe: [ \"n.>\" ] } }\nusers: { u: { role: r } }")
        try await applier.apply(own)
        // What is in force and what is on files is the same.
        let inForce = try directory.read { try $0.policySetInForce(at: Place(), now: test.now) }
        let (one, other) = (TenantReach(inForce, account: "B"), TenantReach(own, account: "B"))
        #expect(try one?.lines.map(\.here) == ["n.\(key("B")).x"] && other?.lines.map(\.here) == one?.lines.map(\.here))
    }

    @Test func `A grant that has ended is none`() async throws {
        let directory = try test.opened()
        let applier = PolicyApplier(directory)
        let set = try PolicyApplyTests.set([
            "A": Self.exporter("stream: \"s.>\", grant: [ { account: B, until: 2020-01-01 } ]"), "B": Self.importer(),
        ])
        let problems = set.problems(at: TestDirectory.start).filter { $0.code == .ended }
        #expect(problems.map(\.message) == ["the grant to B ended on 2020-01-01"])
        #expect(set.problems().allSatisfy { $0.code != .ended })
        let plan = try await applier.apply(set)
        #expect(plan.requests.map(\.subject) == ["s.>"])
        #expect(try directory.claims(ofAccount: "B").imports.isEmpty)
        #expect(try await applier.apply(set).steps.isEmpty)
    }
}
