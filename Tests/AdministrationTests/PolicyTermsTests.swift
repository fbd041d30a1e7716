import Audit
import Claims
import NKeys
import Subjects
import TestSupport
import Testing

@testable import Administration
@testable import Policy

/// Users whom somebody issues by hand under a role's key are held to what the role's file says, and whoever is not allowed any
/// more is cut off by the next apply.
@Suite struct PolicyTermsTests {
    private static func file(_ values: String = "berlin, munich", _ more: String = "") -> String {
        "roles: { r: { tags: { plant: [ \(values) ] }, publish: [ \"p.{{tag(plant)}}\" ]\(more) } }\n"
    }

    /// A key for each line, one for a user with something of its own, and an ordinary one.
    private static let keys = """
        roles:
          press:
            tags: { line: [ paint, weld ] }
            publish: [ "p.{{tag(line)}}" ]
            subscribe: [ "c.{{tag(line)}}" ]
            queue: { "jobs.{{tag(line)}}": [ w ] }
          desk: { publish: [ cmd ] }
        users:
          anna: { role: desk, extra: { publish: [ more ] } }
        """

    private static func governed(_ file: String, now: TestDirectory = TestDirectory()) async throws -> Directory {
        let directory = try now.opened()
        try await PolicyApplier(directory).apply(try PolicyApplyTests.set(["A": file]))
        return directory
    }

    @discardableResult
    private static func add(
        _ name: String, _ tags: [String], to directory: Directory, role: String = "r", expires: Int64? = nil,
        insisting: Bool = false
    ) throws -> ChangeReport {
        var new = NewUser(name: name)
        new.tags = tags
        new.validity.expires = expires
        new.isUnmanaged = insisting
        return try directory.change("add user") { try $0.addUser(new, at: .account("A"), signer: .named(role)) }.report
    }

    private static func edit(
        _ name: String, in directory: Directory, role: String? = nil, insisting: Bool = false,
        _ edit: (inout UserEdits) -> Void
    ) throws {
        var edits = UserEdits()
        edit(&edits)
        try directory.change("edit user") { change in
            change.overridesPolicies = insisting
            try change.editUser(
                EntityReference(name), at: .account("A"), edits, signer: role.map { .named($0) } ?? .automatic)
        }
    }

    private static func isRevoked(_ claims: UserClaims, in directory: Directory) throws -> Bool {
        try directory.claims(ofAccount: "A").revocations.isRevoked(claims.subject, issuedAt: claims.issuedAt)
    }

    // MARK: Issuing

    @Test func `A value that a role does not declare is refused however the user is issued`() async throws {
        let directory = try await Self.governed(Self.file())
        do {
            try Self.add("u", ["plant:munch"], to: directory)
            Issue.record("it was added")
        } catch let error as AdministrationError {
            #expect(error.code == .refused && error.message.contains("plant:munch"), "\(error)")
            #expect(error.message.contains("declares: berlin, munich"), "\(error)")
            #expect(error.remedy?.contains("did you mean plant:munich?") == true, "\(error)")
        }
        // Each of several values counts, whatever stands before it; other tags are free.
        #expect(refusal { try Self.add("u", ["plant:berlin", "plant:secret"], to: directory) } == .refused)
        #expect(refusal { try Self.add("u", [" Plant:secret"], to: directory) } == .refused)
        try Self.add("u", ["plant:berlin", "plant:munich", "team:red"], to: directory)
        #expect(refusal { try Self.edit("u", in: directory) { $0.tags.add = ["plant:secret"] } } == .refused)
        try Self.edit("u", in: directory) { $0.tags = ListEdits(add: ["team:blue"], remove: ["plant:munich"]) }
        // Whole, as interfaces have it.
        func replace(_ name: String, _ tags: [String]) throws {
            try directory.change("put user") { change in
                let account = try change.reader.account(at: .account("A"))
                var user = WholeUser(name: name)
                (user.role, user.tags) = ("r", tags)
                let known = try change.reader.findUser(EntityReference(name), of: account)
                _ = try change.replaceUser(user, from: known, in: account)
            }
        }
        #expect(refusal { try replace("u", ["plant:secret"]) } == .refused)
        #expect(refusal { try replace("v", ["plant:secret"]) } == .refused)
        try replace("v", ["plant:munich"])
        #expect(try directory.claims(ofUser: "u", in: "A").tags == ["plant:berlin", "team:red", "team:blue"])
    }

    @Test func `Somebody may insist, and that is recorded`() async throws {
        let directory = try await Self.governed(Self.file())
        let report = try Self.add("u", ["plant:secret"], to: directory, insisting: true)
        #expect(report.warnings.contains { $0.contains("plant:secret") && $0.contains("revokes this") })
        let forced = try directory.audit(AuditQuery()).entries.map(\.record).filter { $0.operation == .policyOverride }
        #expect(forced.compactMap { $0.object?.name } == ["A"])
    }

    @Test func `A token that comes in is held to the file like one that is signed here`() async throws {
        let directory = try await Self.governed(Self.file())
        try Self.add("u", ["plant:secret"], to: directory, insisting: true)
        let token = try directory.read { try $0.user(EntityReference("u"), of: $0.account(at: .account("A"))) }.token
        try directory.change("delete user") {
            try $0.deleteUser(EntityReference("u"), at: .account("A"), revoking: false, forgettingSeed: false)
        }
        func take(_ insisting: Bool) throws {
            try directory.change("import user") { change in
                change.overridesPolicies = insisting
                _ = try change.importUser(token)
            }
        }
        #expect(refusal { try take(false) } == .refused)
        try take(true)
    }

    @Test func `A user whom a file declares is made whole as the file says, and a name that is taken is nobody's`()
        async throws
    {
        let directory = try await Self.governed(Self.file() + "users: { u: { role: r, tags: { plant: berlin } } }")
        func put(_ name: String, _ tags: [String]) throws {
            try directory.change("put user") { change in
                let account = try change.reader.account(at: .account("A"))
                var user = WholeUser(name: name)
                (user.role, user.tags) = ("r", tags)
                let known = try change.reader.findUser(EntityReference(name), of: account)
                try change.setUser(user, from: known, in: account)
            }
        }
        #expect(refusal { try put("u", ["plant:munich"]) } == .refused)
        try put("u", ["plant:berlin"])
        try put("v", [])
        try directory.change("delete user") {
            try $0.deleteUser(EntityReference("v"), at: .account("A"), revoking: false, forgettingSeed: false)
        }
        #expect(refusal { try put("v", []) } == .refused)
    }

    @Test func `The key of a value is for that value, and the key of a user for that user`() async throws {
        let directory = try await Self.governed(Self.keys)
        #expect(refusal { try Self.add("x", [], to: directory, role: "press:line=paint") } == .refused)
        for tags in [["line:weld"], ["line:paint", "line:weld"]] {
            #expect(refusal { try Self.add("x", tags, to: directory, role: "press:line=paint") } == .refused)
        }
        try Self.add("x", ["line:paint"], to: directory, role: "press:line=paint")
        #expect(refusal { try Self.edit("x", in: directory, role: "press:line=weld") { _ in } } == .refused)
        #expect(refusal { try Self.add("y", [], to: directory, role: "desk@anna") } == .refused)
        try Self.add("y", [], to: directory, role: "desk")
        #expect(refusal { try Self.edit("y", in: directory, role: "desk@anna") { _ in } } == .refused)
        _ = try directory.change("creds") { try $0.credentials(of: EntityReference("anna"), at: .account("A")) }
        #expect(try directory.claims(ofUser: "anna", in: "A").name == "anna")
    }

    // MARK: Lifetimes

    @Test func `What is issued by hand ends as the file says`() async throws {
        let test = TestDirectory()
        let directory = try await Self.governed(
            Self.file("berlin", ", expires: { default: 1h, most: 2h }"), now: test)
        func end(_ name: String) throws -> Int64 { try directory.claims(ofUser: name, in: "A").expires }
        try Self.add("usual", [], to: directory)
        #expect(try end("usual") == test.now + 3600)
        try Self.add("long", [], to: directory, expires: test.now + 7200)
        #expect(try end("long") == test.now + 7200)
        do {
            try Self.add("longer", [], to: directory, expires: test.now + 9000)
            Issue.record("it was added")
        } catch let error as AdministrationError {
            #expect(error.code == .refused && error.message.contains("are good for 2h at most"), "\(error)")
        }
        // 0 is for ever.
        #expect(refusal { try Self.add("longer", [], to: directory, expires: 0) } == .refused)
        let forced = try Self.add("ever", [], to: directory, expires: 0, insisting: true)
        #expect(try end("ever") == 0)
        #expect(!forced.warnings.contains { $0.contains("revokes this") })
        // An edit leaves an end that the file allows, and gives one where there is none.
        test.now += 600
        try Self.edit("long", in: directory) { $0.tags.add = ["a:b"] }
        #expect(try end("long") == test.now + 6600)
        try Self.edit("ever", in: directory) { $0.tags.add = ["a:b"] }
        #expect(try end("ever") == test.now + 3600)
        #expect(refusal { try Self.edit("long", in: directory) { $0.validity.expires = test.now + 9000 } } == .refused)
        // From when it begins to count.
        try Self.edit("usual", in: directory) {
            $0.validity = Validity(notBefore: test.now + 1000, expires: test.now + 8000)
        }
        let plan = try await PolicyApplier(directory).apply(
            try PolicyApplyTests.set(["A": Self.file("berlin", ", expires: 1h")]))
        #expect(plan.users.isEmpty, "how long credentials are good for is for new ones")
    }

    @Test func `What is replaced whole ends as the file says, and what went on for ever is revoked`() async throws {
        let test = TestDirectory()
        let directory = try await Self.governed(Self.file("berlin", ", expires: { default: 1h, most: 2h }"), now: test)
        try Self.add("u", [], to: directory, expires: 0, insisting: true)
        let first = try directory.claims(ofUser: "u", in: "A")
        test.now += 60
        let isRevoking = try directory.change("put user") { change in
            let account = try change.reader.account(at: .account("A"))
            var user = WholeUser(name: "u")
            user.role = "r"
            return try change.replaceUser(
                user, from: change.reader.user(EntityReference("u"), of: account), in: account
            ).isRevoking
        }.value
        let second = try directory.claims(ofUser: "u", in: "A")
        #expect(isRevoking && second.expires == test.now + 3600)
        #expect(try Self.isRevoked(first, in: directory) && !Self.isRevoked(second, in: directory))
    }

    @Test func `A ceiling is the most where a role says nothing`() async throws {
        let test = TestDirectory()
        let directory = try test.opened()
        let set = try PolicyApplyTests.set(
            ["A": Self.file("berlin")], manifest: " }\nceilings: { expires: 1d")
        try await PolicyApplier(directory).apply(set)
        try Self.add("u", [], to: directory)
        #expect(try directory.claims(ofUser: "u", in: "A").expires == test.now + 86_400)
        #expect(refusal { try Self.add("v", [], to: directory, expires: test.now + 90_000) } == .refused)
    }

    // MARK: Applying

    @Test func `Whoever holds a value that is taken out of the file is named by the plan and cut off`() async throws {
        let test = TestDirectory()
        let directory = try await Self.governed(Self.file(), now: test)
        try Self.add("stays", ["plant:berlin"], to: directory)
        try Self.add("goes", ["plant:munich"], to: directory)
        try Self.add("deleted", ["plant:munich"], to: directory)
        try Self.add("moved", ["plant:munich", "plant:berlin"], to: directory)
        let (goes, deleted) = (
            try directory.claims(ofUser: "goes", in: "A"), try directory.claims(ofUser: "deleted", in: "A")
        )
        let earlier = try directory.claims(ofUser: "moved", in: "A")
        try directory.change("delete user") {
            try $0.deleteUser(EntityReference("deleted"), at: .account("A"), revoking: false, forgettingSeed: false)
        }
        test.now += 60
        try Self.edit("moved", in: directory) { $0.tags.remove = ["plant:munich"] }
        let (moved, stays) = (
            try directory.claims(ofUser: "moved", in: "A"), try directory.claims(ofUser: "stays", in: "A")
        )

        let narrow = try PolicyApplyTests.set(["A": Self.file("berlin")])
        let plan = try await PolicyApplier(directory).apply(narrow)
        #expect(
            plan.changes.map { "\($0.holder): \($0.lines)" } == [#"role r: ["values of the tag plant: munich goes"]"#])
        #expect(plan.users.map(\.name) == ["deleted", "goes", "moved"])
        #expect(plan.users.map(\.role) == [nil, nil, "r"] && plan.users.allSatisfy(\.isRevoked))
        #expect(plan.users[1].reason == "plant:munich is none of the values that the role r declares: berlin")
        #expect(plan.users[2].reason?.hasPrefix("earlier credentials alone: plant:munich") == true)
        #expect(plan.steps.map(\.step) == [.switch])
        for claims in [goes, deleted, earlier] { #expect(try Self.isRevoked(claims, in: directory), "\(claims.name)") }
        for claims in [stays, moved] { #expect(try !Self.isRevoked(claims, in: directory), "\(claims.name)") }
        #expect(refusal { _ = try directory.claims(ofUser: "goes", in: "A") } == .notFound)
        #expect(try await PolicyApplier(directory).apply(narrow).isEmpty)
        #expect(try directory.verifyAudit().problems.isEmpty)
        // Back again the value may be had, and what was revoked stays so.
        try await PolicyApplier(directory).undo()
        #expect(try Self.isRevoked(goes, in: directory))
        try Self.add("goes", ["plant:munich"], to: directory)
        // Undone once more, nobody may have it.
        let again = try await PolicyApplier(directory).undo()
        #expect(again.users.map(\.name) == ["goes"])
    }

    @Test func `Who got by force what the file does not allow is removed by the next apply`() async throws {
        let directory = try await Self.governed(Self.keys)
        try Self.add("one", ["line:weld"], to: directory, role: "press:line=paint", insisting: true)
        try Self.add("two", [], to: directory, role: "desk@anna", insisting: true)
        // With a value beside the one that the file says, too.
        _ = try directory.change("creds") { try $0.credentials(of: EntityReference("anna"), at: .account("A")) }
        let plan = try await PolicyApplier(directory).apply(try PolicyApplyTests.set(["A": Self.keys]))
        #expect(plan.users.map(\.name) == ["one", "two"])
        #expect(plan.users[0].reason == "the key press:line=paint is for line:paint alone")
        #expect(plan.users[1].reason == "the key desk@anna is that of anna alone")
        #expect(try directory.claims(ofUser: "anna", in: "A").name == "anna")
        #expect(try await PolicyApplier(directory).apply(try PolicyApplyTests.set(["A": Self.keys])).isEmpty)
    }

    @Test func `Holders of a role that comes under a file are held to it, and those whom it leaves alone are not`()
        async throws
    {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        try directory.change("role") { change in
            var role = WholeRole(name: "r")
            role.template.permissions.publish.allow = ["p.{{tag(plant)}}"]
            try change.setRole(role, in: change.reader.account(at: .account("A")))
        }
        for name in ["old-1", "u"] { try Self.add(name, ["plant:paris"], to: directory) }
        let set = try PolicyApplyTests.set(["A": Self.file() + "leave: [ \"user old-*\" ]"])
        let plan = try await PolicyApplier(directory).apply(set)
        #expect(plan.users.map(\.name) == ["u"])
        // Left alone is what is there: what is new is as the file says.
        #expect(try !Self.isRevoked(try directory.claims(ofUser: "old-1", in: "A"), in: directory))
        #expect(refusal { try Self.add("old-2", ["plant:paris"], to: directory) } == .refused)
    }

    @Test func `An account that is let go, and a role that is left alone, hold nobody to anything`() async throws {
        let directory = try TestDirectory().opened()
        let applier = PolicyApplier(directory)
        let other = ["B": "roles: { x: { publish: [ a ] } }"]
        try await applier.apply(try PolicyApplyTests.set(other.merging(["A": Self.file()]) { $1 }))
        try await applier.apply(
            try PolicyApplyTests.set(other.merging(["A": "leave: [ \"role r\" ]"]) { $1 }))
        try Self.add("u", ["plant:paris"], to: directory)
        let released = try await applier.apply(try PolicyApplyTests.set(other))
        #expect(released.users.isEmpty && released.changes == [.released("A")])
        try Self.add("v", ["plant:paris"], to: directory)
    }

    @Test func `A name that fills a place in subjects is one token`() async throws {
        let directory = try await Self.governed("roles: { r: { publish: [ \"p.{{name()}}.>\" ] } }")
        try Self.add("u-1", [], to: directory)
        for name in ["a.b", ">", "x.*"] {
            #expect(throws: AdministrationError.self, "\(name)") { try Self.add(name, [], to: directory) }
        }
        try Self.add("a.b", [], to: directory, insisting: true)
        let claims = try directory.claims(ofUser: "a.b", in: "A")
        try await PolicyApplier(directory).apply(
            try PolicyApplyTests.set(["A": "roles: { r: { publish: [ \"p.{{name()}}.>\" ] } }"]))
        #expect(try Self.isRevoked(claims, in: directory))
    }

    @Test func `Whoever may not hold a role any more is out in the step that changes it`() async throws {
        let directory = try await Self.governed("roles: { r: { publish: [ p ] } }")
        try Self.add("u", ["plant:secret"], to: directory)
        let claims = try directory.claims(ofUser: "u", in: "A")
        let set = try PolicyApplyTests.set(["A": Self.file()])
        let applier = PolicyApplier(
            directory,
            deliver: { accounts, _ in
                // What servers get never has the new role without the revocation.
                for account in accounts {
                    let sent = try account.claims()
                    let scope = sent.signingKeys.compactMap(\.scope).first { $0.role == "r" }
                    let isNew = scope?.template.permissions.publish.allow == ["p.{{tag(plant)}}"]
                    #expect(isNew == sent.revocations.isRevoked(claims.subject, issuedAt: claims.issuedAt))
                }
            })
        try await applier.apply(set)
        #expect(try Self.isRevoked(claims, in: directory))
        #expect(try directory.read { try $0.findUser(EntityReference("u"), of: $0.account(at: .account("A"))) } == nil)
    }

    @Test func `What somebody insisted on counts in what is in force`() async throws {
        let directory = try await Self.governed(Self.file())
        func routes() throws -> [String] {
            let set = try directory.read { try $0.policySetInForce(at: Place(), now: 10) }
            var analysis = AccessAnalysis(set, engine: .broker)
            return analysis.routes(.publish, SubjectSet([try Pattern("p.secret")]), of: "A", by: .everybody)
                .map { "\($0.who.role) \($0.label)" }
        }
        #expect(try routes() == [])
        try Self.add("u", ["plant:secret"], to: directory, insisting: true)
        #expect(try routes() == ["r direct"])
    }
}
