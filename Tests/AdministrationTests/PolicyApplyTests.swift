import Claims
import Foundation
import NKeys
import TestSupport
import Testing

@testable import Administration
@testable import Policy

@Suite struct PolicyApplyTests {
    static func set(_ accounts: [String: String], manifest: String = "") throws -> PolicySet {
        var files: [String: String] = [:]
        for (name, text) in accounts { files["\(name).yaml"] = "chancery: v1\naccount: \(name)\n" + text }
        let list = accounts.keys.sorted().map { "\($0): \($0).yaml" }.joined(separator: ", ")
        files["chancery.yaml"] = "chancery: v1\noperator: O\naccounts: { \(list)\(manifest) }\n"
        let all = files
        return try #require(
            try PolicySet.readAll(
                Array(all["chancery.yaml", default: ""].utf8), file: "chancery.yaml",
                surroundings: .init(readFile: { all[$0].map { Array($0.utf8) } })
            ).first)
    }

    private static func scope(_ role: String, of account: String, _ directory: Directory) throws -> UserScope? {
        try directory.claims(ofAccount: account).signingKeys.compactMap(\.scope).first { $0.role == role }
    }

    @Test func `A set is in force, and applying it again changes nothing`() async throws {
        let test = TestDirectory()
        let directory = try test.opened()
        let set = try Self.set([
            "A": "roles: { r: { publish: [ a ], description: first } }\nusers: { u: { role: r } }",
            "B": "exports: [ { stream: \"s.>\", grant: [ A ] } ]",
        ])
        let applier = PolicyApplier(directory)
        try await applier.apply(set)
        let token = try directory.read { try $0.account(at: .account("A")) }.token
        let again = try await applier.apply(set)
        #expect(again.isEmpty && again.drift.isEmpty)
        #expect(try directory.read { try $0.account(at: .account("A")) }.token == token)
        // Another file that means the same.
        let cosmetic = try Self.set([
            "A": "users: { u: { role: r } }\nroles: { r: { description: other, publish: [ a, a ] } }",
            "B": "exports: [ { stream: \"s.>\", grant: [ A ] } ]",
        ])
        let plan = try await applier.apply(cosmetic)
        #expect(plan.steps.isEmpty)
        #expect(try directory.read { try $0.account(at: .account("A")) }.token == token)
        let account = try directory.read { try $0.account(at: .account("A")) }
        #expect(try directory.read { try $0.policyDescriptions(of: account.publicKey) }["role r"] == "other")
        // Rules lead to the files that are in force now.
        let scope = try #require(try Self.scope("r", of: "A", directory))
        let pointer = "/nats/signing_keys/\(scope.key)/template/pub/allow/0"
        let places = try directory.read { try $0.policySources(of: TokenVersion(of: token), at: pointer) }
        #expect(places.map(\.description) == ["A.yaml:4:46", "A.yaml:4:49"])
        #expect(try directory.findings(at: test.now).isEmpty)
        #expect(try directory.verifyAudit().problems.isEmpty)
    }

    @Test func `What is imported has an activation, which is signed once`() async throws {
        let directory = try TestDirectory().opened()
        let accounts = [
            "A": "imports: [ { stream: s.a, from: B } ]",
            "B": "exports: [ { stream: \"s.*\", grant: [ { account: A, only: s.a, until: 2100-01-01 } ] } ]",
        ]
        try await PolicyApplier(directory).apply(try Self.set(accounts))
        let item = try #require(try directory.claims(ofAccount: "A").imports.first)
        let activation = try ActivationClaims.decode(item.token)
        #expect(activation.importSubject == "s.a" && activation.expires == 4_102_444_800)
        let plan = try await PolicyApplier(directory).apply(try Self.set(accounts))
        #expect(plan.isEmpty)
    }

    @Test func `An import of an account that is managed elsewhere waits for its grant`() async throws {
        let directory = try TestDirectory().opened(accounts: "B")
        try directory.change("test") { change in
            var edits = ExportEdits()
            edits.isPrivate = true
            try change.addExport("s.*", edits, at: .account("B"))
        }
        let set = try Self.set(
            ["A": "imports: [ { stream: s.a, from: B } ]"], manifest: ", B: managed elsewhere")
        let plan = try await PolicyApplier(directory).apply(set)
        #expect(plan.requests.map(\.subject) == ["s.a"])
        #expect(try directory.claims(ofAccount: "A").imports.isEmpty)
        try directory.change("test") {
            _ = try $0.generateActivation("s.a", for: EntityReference("A"), at: .account("B"))
        }
        let granted = try await PolicyApplier(directory).apply(set)
        #expect(granted.requests.isEmpty)
        #expect(try directory.claims(ofAccount: "A").imports.map(\.subject) == ["s.a"])
    }

    @Test func `What a file governs is not edited by hand, unless somebody insists`() async throws {
        let directory = try TestDirectory().opened()
        let set = try Self.set(["A": "roles: { r: { publish: [ a ] } }"])
        try await PolicyApplier(directory).apply(set)
        func export(_ insisting: Bool) throws {
            try directory.change("add export") { change in
                change.overridesPolicies = insisting
                try change.addExport("x", ExportEdits(), at: .account("A"))
            }
        }
        #expect(refusal { try export(false) } == .refused)
        #expect(refusal { try directory.change("delete") { try $0.deleteAccount(at: .account("A")) } } == .refused)
        #expect(
            refusal { try directory.change("add") { try $0.addUser(NewUser(name: "u"), at: .account("A")) } }
                == .refused)
        // Revocations are no business of files.
        try directory.change("revoke") { try $0.revokeUser(EntityReference("*"), at: .account("A")) }
        try export(true)
        let plan = try await PolicyApplier(directory).apply(set)
        #expect(plan.drift.map(\.holder) == ["every account"])
        #expect(try directory.claims(ofAccount: "A").exports.isEmpty)
        #expect(try !directory.claims(ofAccount: "A").revocations.isEmpty)
    }

    @Test func `A role keeps its key under another name, and a similar one does not vanish unseen`() async throws {
        let directory = try TestDirectory().opened()
        try await PolicyApplier(directory).apply(
            try Self.set(["A": "roles: { reader: { subscribe: [ a, b ] } }"]))
        let key = try #require(try Self.scope("reader", of: "A", directory)).key
        let renamed = "roles: { viewer: { subscribe: [ a, b ]"
        await #expect(throws: AdministrationError.self) {
            try await PolicyApplier(directory).apply(try Self.set(["A": renamed + " } }"]))
        }
        let plan = try await PolicyApplier(directory).apply(try Self.set(["A": renamed + ", was: reader } }"]))
        #expect(plan.changes.map(\.lines) == [["name: reader becomes viewer"]])
        #expect(try Self.scope("viewer", of: "A", directory)?.key == key)
    }

    @Test func `A deleted role comes back with its key`() async throws {
        let test = TestDirectory()
        let directory = try test.opened()
        let applier = PolicyApplier(directory)
        try await applier.apply(try Self.set(["A": "roles: { r: { publish: [ a ] }, other: { publish: [ b ] } }"]))
        let key = try #require(try Self.scope("r", of: "A", directory)).key
        try await applier.apply(try Self.set(["A": "roles: { other: { publish: [ b ] } }"]))
        #expect(try Self.scope("r", of: "A", directory) == nil)
        try await applier.undo()
        #expect(try Self.scope("r", of: "A", directory)?.key == key)
        try directory.change("add") {
            _ = try $0.addUser(NewUser(name: "u"), at: .account("A"), signer: .named("r"))
        }
        // After 30 days nothing brings it back.
        try await applier.apply(try Self.set(["A": "roles: { other: { publish: [ b ] } }"]))
        test.now += 31 * 86_400
        try await applier.apply(try Self.set(["A": "roles: { other: { publish: [ c ] } }"]))
        let publicKey = try PublicKey(key)
        #expect(try directory.read { try $0.key(publicKey) }?.hasSeed == false)
    }

    @Test func `A declared user has no key until somebody asks, and goes with the file`() async throws {
        let directory = try TestDirectory().opened()
        let roles = "roles: { r: { publish: [ \"a.{{tag(x)}}\" ], tags: { x: [ one ] }, expires: 1h } }\n"
        let applier = PolicyApplier(directory)
        try await applier.apply(try Self.set(["A": roles + "users: { u: { role: r, tags: { x: one } } }"]))
        #expect(try directory.read { try $0.users(of: $0.account(at: .account("A"))) }.isEmpty)
        _ = try directory.change("creds") { try $0.credentials(of: EntityReference("u"), at: .account("A")) }
        let user = try directory.claims(ofUser: "u", in: "A")
        #expect(user.tags == ["x:one"] && user.expires == user.issuedAt + 3600)
        let plan = try await applier.apply(try Self.set(["A": roles]))
        #expect(plan.users.map(\.isRevoked) == [true])
        let claims = try directory.claims(ofAccount: "A")
        #expect(claims.revocations.isRevoked(user.subject, issuedAt: user.issuedAt))
    }
}
