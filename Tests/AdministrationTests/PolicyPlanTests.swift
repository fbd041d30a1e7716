import Claims
import TestSupport
import Testing

@testable import Administration
@testable import Policy

/// What a plan says beside who gains and who loses.
@Suite struct PolicyPlanTests {
    private let test = TestDirectory()
    private let directory: Directory
    private let applier: PolicyApplier

    init() throws {
        let (test, directory) = (test, try test.opened())
        self.directory = directory
        applier = PolicyApplier(directory, reached: { _ in test.now += 60 })
    }

    private func answer(_ plan: PolicyPlan) throws -> PlanAnswer {
        PlanAnswer(plan, names: try directory.read { try $0.accountNames(at: Place()) })
    }

    private func plan(_ accounts: [String: String]) throws -> PlanAnswer {
        let set = try PolicyApplyTests.set(accounts)
        return try directory.change("plan", dryRun: true) { change in
            PlanAnswer(try change.plan(change.beginPolicy(set)), names: try change.reader.accountNames(at: Place()))
        }.value
    }

    // MARK: Circles

    private static func sharing(_ kind: String, from other: String?, _ rest: String = "") -> String {
        let imports = other.map { "imports: [ { \(kind): \"t.>\", from: \($0) } ]\n" } ?? ""
        return "exports: [ { \(kind): \"t.>\" } ]\n" + imports + rest
    }

    @Test(arguments: ["stream", "service"])
    func `An import that closes a circle is the one that nats-server leaves out`(_ kind: String) async throws {
        let old = [
            "A": Self.sharing(kind, from: "B"), "B": Self.sharing(kind, from: "C"), "C": Self.sharing(kind, from: nil),
        ]
        let first = try await applier.apply(try PolicyApplyTests.set(old))
        #expect(first.circles.isEmpty)
        let new = old.merging(["C": Self.sharing(kind, from: "A")]) { $1 }
        let circles = try plan(new).circles
        #expect(circles.map(\.text).count == 1)
        #expect(
            circles.first?.text
                == "nats-server leaves out what C imports from A, the \(kind) t.>: it closes a circle of imports "
                + "(C, A, B, C); give it subjects of its own: as: \"a.…\"")
        // Whichever of the others changes besides, it is that one.
        let both = new.merging(["A": Self.sharing(kind, from: "B", "limits: { connections: 5 }\n")]) { $1 }
        #expect(try plan(both).circles.map(\.importer) == ["C"] && plan(both).circles.allSatisfy(\.left_out))
    }

    @Test(arguments: [("stream", ExportPolicy.Kind.stream), ("service", .service)])
    func `Where it is not known which one comes last, the plan says what check does`(
        _ word: String, _ kind: ExportPolicy.Kind
    ) async throws {
        let both = ["A": Self.sharing(word, from: "B"), "B": Self.sharing(word, from: "A")]
        #expect(try plan(both).circles.map(\.text) == [ImportCircle.warning(kind, backTo: "A")])
        try await applier.apply(try PolicyApplyTests.set(both))
        #expect(try plan(both).circles.isEmpty)
        // An account of it that changes is looked at anew.
        let limited = both.merging(["B": Self.sharing(word, from: "A", "limits: { connections: 5 }\n")]) { $1 }
        #expect(try plan(limited).circles.map(\.text) == [ImportCircle.warning(kind, backTo: "B")])
        let apart = both.merging(["B": Self.sharing(word, from: nil)]) { $1 }
        #expect(try plan(apart).circles.isEmpty)
    }

    @Test func `Behind a circle that is there already it is not known what is left out`() async throws {
        let circle = ["A": Self.sharing("stream", from: "B"), "B": Self.sharing("stream", from: "A")]
        try await applier.apply(try PolicyApplyTests.set(circle))
        let circles = try plan(circle.merging(["D": Self.sharing("stream", from: "A")]) { $1 }).circles
        #expect(!circles.isEmpty && !circles.contains(where: \.left_out))
    }

    @Test func `An import that its exporter does not let in closes no circle`() throws {
        func account(_ name: String, from other: String, isPrivate: Bool = false) -> AccountClaims {
            var claims = AccountClaims(subject: name, name: name)
            claims.exports = [Export(subject: "t.>", type: .stream)]
            claims.exports[0].tokenRequired = isPrivate
            claims.imports = [Import(subject: "t.>", account: other, type: .stream)]
            return claims
        }
        func circles(isPrivate: Bool) throws -> [ImportCircle] {
            let accounts = ["A": account("A", from: "B", isPrivate: isPrivate), "B": account("B", from: "A")]
            return try ImportCircle.found(among: ["A"], from: { _ in nil }, to: { accounts[$0] })
        }
        #expect(try circles(isPrivate: true).isEmpty)
        #expect(try circles(isPrivate: false).map(\.accounts) == [["A", "B"]])
    }

    // MARK: Undo

    @Test func `An undo that shuts out a role for a moment names it`() async throws {
        let roles = "roles: { r: { publish: [ p, q, k ] } }\n"
        let exports = "exports: [ { service: s }, { service: t }, { service: z }, { service: u } ]\n"
        func imports(_ one: String) -> String { "imports: [ { service: z, from: A, as: k }, \(one) ]\n" }
        // On the way back C goes before A, and A before B: B's import of t is gone before A's mapping is.
        func last(_ word: String) -> String {
            "imports: [ { service: u, from: A, as: g } ]\nroles: { r: { publish: [ \(word) ] } }\n"
        }
        try await applier.apply(
            try PolicyApplyTests.set([
                "A": exports + "mappings: { s: { x: 50%, stay: 50% }, u: { danger: 100% } }\n",
                "B": imports("{ service: s, from: A, as: p }") + roles, "C": last("h"),
            ]))
        try await applier.apply(
            try PolicyApplyTests.set([
                "A": exports + "mappings: { t: { x: 50%, stay: 50% }, z: { danger: 100% } }\n",
                "B": imports("{ service: t, from: A, as: q }") + roles.replacing(", k", with: ""), "C": last("g"),
            ]))
        let said = try answer(await applier.undo()).interruptions
        #expect(said.map(\.role) == ["r"] && said.map(\.act) == ["publish"])
        #expect(
            said.first?.text == "B/r may publish x of A before and after, and cannot for a moment on the way")
    }

    @Test func `An undo says which accounts stay, and what deletes them`() async throws {
        try await applier.apply(try PolicyApplyTests.set(["A": "roles: { r: { publish: [ a ] } }"]))
        let plan = try await applier.apply(
            try PolicyApplyTests.set(["A": "roles: { r: { publish: [ a ] } }", "B": "", "C": ""]))
        #expect(try answer(plan).emptiedText == nil)
        let undone = try answer(await applier.undo())
        #expect(
            undone.emptiedText
                == "B, C: made by what is taken back, and stay with nothing in them: \"chancery delete account NAME\" "
                + "deletes an account")
        #expect(try answer(await applier.undo()).emptiedText == nil)
    }

    // MARK: The operator

    @Test func `A set for an operator that is not there says where to write another`() async throws {
        let set = try PolicyApplyTests.set(["A": ""])
        try directory.change("other") { _ = try $0.addOperator(NewOperator(name: "P")) }
        let named = try #require(throws: AdministrationError.self) {
            try directory.change("plan", dryRun: true) {
                _ = try $0.beginPolicy(set, at: Place(operator: EntityReference("P")))
            }
        }
        #expect(named.message.contains(#""O", and "P" was named"#) && named.remedy?.contains("operator: P") == true)
        let elsewhere = TestDirectory()
        let other = try elsewhere.opened(operator: "P")
        for begin in [
            { _ = try await PolicyApplier(other).apply(set) },
            { _ = try other.change("plan", dryRun: true) { try $0.plan($0.beginPolicy(set)) } },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: AdministrationError.self) { try await begin() }
            #expect(error?.code == .notFound && error?.message.contains(#"the operator "O""#) == true)
            #expect(error?.remedy?.contains("operator: in chancery.yaml") == true)
        }
    }
}
