import Claims
import Foundation
import NKeys
import TestSupport
import Testing

@testable import Administration
@testable import Policy

/// Roles by other names, and users who are there before a file declares them.
@Suite struct PolicyRoleNamesTests {
    private let directory: Directory
    private let applier: PolicyApplier

    init() throws {
        directory = try TestDirectory().opened()
        applier = PolicyApplier(directory)
    }

    private func set(_ roles: String, _ users: String = "", _ rest: String = "") throws -> PolicySet {
        try PolicyApplyTests.set(["A": "roles: { \(roles) }\nusers: { \(users) }\n\(rest)"])
    }

    /// The keys of the roles that are there, by name.
    private func keys() throws -> [String: String] {
        Dictionary(
            try directory.claims(ofAccount: "A").signingKeys.compactMap(\.scope).map { ($0.role, $0.key) },
            uniquingKeysWith: { first, _ in first })
    }

    private func creds(_ name: String) throws -> UserClaims {
        try directory.change("creds") { _ = try $0.credentials(of: EntityReference(name), at: .account("A")) }
        return try directory.claims(ofUser: name, in: "A")
    }

    private func counts(_ user: UserClaims) throws -> Bool {
        let account = try directory.claims(ofAccount: "A")
        return account.didSign(user) && !account.isRevoked(user)
    }

    private func add(_ name: String, role: String? = nil, tags: [String] = [], forced: Bool = false) throws {
        try directory.change("add") { change in
            var new = NewUser(name: name)
            (new.isUnmanaged, new.tags) = (role == nil, tags)
            change.overridesPolicies = forced
            _ = try change.addUser(new, at: .account("A"), signer: role.map { .named($0) } ?? .automatic)
        }
    }

    // MARK: Names

    @Test func `Who holds a role goes on by its new name, and after an undo`() async throws {
        try await applier.apply(try set("device: { publish: [ a ] }", "u: { role: device }, v: { role: device }"))
        let user = try creds("u")
        let renamed = try set(
            "instrument: { was: device, publish: [ a ] }", "u: { role: instrument }, v: { role: instrument }")
        let plan = try await applier.apply(renamed)
        #expect(plan.users.isEmpty && plan.changes.map(\.lines) == [["name: device becomes instrument"]])
        #expect(try counts(user) && directory.claims(ofUser: "u", in: "A") == user)
        #expect(try counts(creds("v")))
        #expect(try await applier.apply(renamed).isEmpty)
        #expect(try await applier.undo().users.isEmpty)
        #expect(try counts(user) && Set(keys().keys) == ["device"])
    }

    @Test(arguments: ApplyStep.allCases) func `Nobody is cut off by a new name that is taken back in the middle`(
        _ step: ApplyStep
    ) async throws {
        struct Killed: Error {}
        try await applier.apply(try set("device: { publish: [ a ] }", "u: { role: device }"))
        let user = try creds("u")
        let killer = PolicyApplier(directory, reached: { if $0 == .stored(step) { throw Killed() } })
        let renamed = try set("instrument: { was: device, publish: [ a ] }", "u: { role: instrument }")
        await #expect(throws: Killed.self) { try await killer.apply(renamed) }
        _ = try await applier.undo()
        #expect(try counts(user) && Set(keys().keys) == ["device"])
    }

    @Test func `A name that goes from one role to another is neither's in the middle of it`() async throws {
        struct Killed: Error {}
        try await applier.apply(try set("one: { publish: [ a ] }, two: { publish: [ b ] }", "u: { role: two }"))
        let killer = PolicyApplier(directory, reached: { if $0 == .confirmed(.switch) { throw Killed() } })
        let chain = try set(
            "two: { was: one, publish: [ a ] }, three: { was: two, publish: [ b ] }", "u: { role: two }")
        await #expect(throws: Killed.self) { try await killer.apply(chain) }
        #expect(refusal { try add("x", role: "two") } == .refused)
        // By its key it is clear, and so is what the file says.
        let key = try #require(try keys()["two"])
        try add("x", role: key, forced: true)
        #expect(try directory.claims(ofUser: "x", in: "A").issuer == key)
        #expect(try creds("u").issuer == key)
        try await applier.resume()
        try add("y", role: "two")
        #expect(try directory.claims(ofUser: "y", in: "A").issuer == key)
    }

    @Test func `The old name may be a new role's at once`() async throws {
        try await applier.apply(try set("one: { publish: [ a ] }", "u: { role: one }"))
        let (key, user) = (try #require(try keys()["one"]), try creds("u"))
        let next = try set("uno: { was: one, publish: [ a ] }, one: { publish: [ z ] }", "u: { role: uno }")
        let plan = try await applier.apply(next)
        let now = try keys()
        #expect(now["uno"] == key && now["one"] != key && now.count == 2)
        #expect(try plan.users.isEmpty && counts(user))
        #expect(plan.changes.map { "\($0.holder) \($0.lines)" }.contains("role one [\"role: one is new\"]"))
        #expect(try await applier.apply(next).isEmpty)
        _ = try await applier.undo()
        #expect(try keys() == ["one": key])
    }

    @Test func `Names move along a chain`() async throws {
        try await applier.apply(try set("a: { publish: [ a ] }, b: { publish: [ b ] }"))
        let before = try keys()
        let next = try set("b: { was: a, publish: [ a ] }, c: { was: b, publish: [ b ] }")
        try await applier.apply(next)
        #expect(try keys() == ["b": before["a"], "c": before["b"]].compactMapValues(\.self))
        #expect(try await applier.apply(next).isEmpty)
    }

    @Test func `Combinations go on with the roles that they are of`() async throws {
        try await applier.apply(
            try set("one: { publish: [ a ] }, two: { publish: [ b ] }", "u: { role: [ one, two ] }"))
        let user = try creds("u")
        let plan = try await applier.apply(
            try set("zero: { was: one, publish: [ a ] }, two: { publish: [ b ] }", "u: { role: [ zero, two ] }"))
        #expect(try plan.users.isEmpty && counts(user))
    }

    @Test func `An old name that is none does not let a role vanish unseen`() async throws {
        try await applier.apply(try set("one: { publish: [ a ] }, two: { publish: [ b ] }"))
        func refused(_ roles: String) async throws -> AdministrationError? {
            do { try await applier.apply(try set(roles)) } catch let error as AdministrationError { return error }
            return nil
        }
        let typo = try await refused("uno: { was: oen, publish: [ a ] }, two: { publish: [ b ] }")
        #expect(typo?.code == .refused && typo?.remedy?.contains("was: one") == true)
        // One that is there already is no other one's next name.
        let both = try await refused("two: { was: one, publish: [ b ] }")
        #expect(both?.code == .refused && both?.message.contains("one") == true)
        #expect(try keys().count == 2)
        // Where nothing vanishes there is nothing to be taken over, as in a place that never had the old name.
        try await applier.apply(
            try set("one: { publish: [ a ] }, two: { publish: [ b ] }, new: { was: old, publish: [ a ] }"))
        var options = PolicyOptions()
        options.deletesRoles = true
        try await applier.apply(try set("uno: { was: oen, publish: [ a ] }"), options)
        #expect(try keys().count == 1)
    }

    @Test func `A role whose one key becomes one for each value is told of in these words`() async throws {
        let role = "r: { tags: { l: [ a, b ] }, publish: [ \"p.{{tag(l)}}\" ]"
        try await applier.apply(try set(role + " }", "u: { role: r, tags: { l: a } }"))
        let split = try set(role + ", queue: { \"q.{{tag(l)}}\": [ g ] } }", "u: { role: r, tags: { l: a } }")
        do {
            try await applier.apply(split)
            Issue.record("it was applied")
        } catch let error as AdministrationError {
            #expect(error.message.contains("gets a key for each value of its tags"), "\(error.message)")
            #expect(error.remedy?.contains("--delete-roles") == true && error.remedy?.contains("was:") == false)
        }
        var options = PolicyOptions()
        options.deletesRoles = true
        try await applier.apply(split, options)
        #expect(try Set(keys().keys) == ["r:l=a", "r:l=b"])
    }

    @Test func `Nothing is said of was where no was can be written`() async throws {
        let roles = "one: { publish: [ a ] }, two: { publish: [ b ] }"
        try await applier.apply(try set(roles, "v: { role: [ one, two ] }"))
        let plan = try await applier.apply(try set(roles, "v: { role: one, extra: { publish: [ b ] } }"))
        #expect(plan.users.map(\.role) == ["one@v"])
    }

    // MARK: Users who are there already

    @Test func `A user who is there in another role gets the declared one, and what is out is revoked`() async throws {
        let roles = "one: { publish: [ a ] }, two: { publish: [ b ] }"
        try await applier.apply(try set(roles))
        try add("u", role: "one")
        try add("x")
        try add("z", role: "one")
        let (u, x) = (try directory.claims(ofUser: "u", in: "A"), try directory.claims(ofUser: "x", in: "A"))
        let declared = try set(roles, "u: { role: two }, x: { role: one }, z: { role: one }")
        let plan = try await applier.apply(declared)
        #expect(plan.users.map(\.name) == ["u", "x", "z"] && plan.users.map(\.isRevoked) == [true, true, false])
        #expect(plan.steps.map(\.step) == [.switch])
        #expect(try !counts(u) && !counts(x) && counts(directory.claims(ofUser: "z", in: "A")))
        let (newU, newX, now) = (try creds("u"), try creds("x"), try keys())
        #expect(newU.issuer == now["two"] && newX.issuer == now["one"])
        #expect(try counts(newU) && counts(newX))
        #expect(try await applier.apply(declared).isEmpty)
    }

    @Test func `Who was deleted by hand, and whose credentials are out, is no declared user either`() async throws {
        let roles = "one: { publish: [ a ] }, two: { publish: [ b ] }"
        try await applier.apply(try set(roles))
        try add("u", role: "one")
        let old = try directory.claims(ofUser: "u", in: "A")
        try directory.change("delete") {
            try $0.deleteUser(EntityReference("u"), at: .account("A"), revoking: false, forgettingSeed: false)
        }
        let plan = try await applier.apply(try set(roles, "u: { role: two }"))
        #expect(plan.users.map(\.isRevoked) == [true])
        #expect(try !counts(old) && counts(creds("u")))
    }

    @Test func `A declared user is not made otherwise by hand, unless somebody insists`() async throws {
        let roles = "one: { publish: [ a ] }, two: { tags: { x: [ p, q ] }, publish: [ \"b.{{tag(x)}}\" ] }"
        let declared = try set(roles, "u: { role: two, tags: { x: p } }")
        try await applier.apply(declared)
        #expect(refusal { try add("u", role: "one") } == .refused)
        #expect(refusal { try add("u", role: "two", tags: ["x:q"]) } == .refused)
        try add("u", role: "two", tags: ["x:p", "desk:7"])
        #expect(try await applier.apply(declared).isEmpty)
        func tag(_ tag: String, forced: Bool) throws {
            try directory.change("edit") { change in
                var edits = UserEdits()
                edits.tags = ListEdits(add: [tag])
                change.overridesPolicies = forced
                try change.editUser(EntityReference("u"), at: .account("A"), edits)
            }
        }
        try tag("shift:2", forced: false)
        #expect(refusal { try tag("x:q", forced: false) } == .refused)
        try tag("x:q", forced: true)
        let forced = try directory.claims(ofUser: "u", in: "A")
        #expect(try counts(forced))
        #expect(try await applier.apply(declared).users.map(\.isRevoked) == [true])
        #expect(try !counts(forced) && creds("u").tags == ["x:p"])
    }

    @Test func `Users whom a file leaves alone are not looked at`() async throws {
        let roles = "one: { publish: [ a ] }, two: { publish: [ b ] }"
        try await applier.apply(try set(roles, "", "leave: [ users ]"))
        try add("u", role: "one")
        #expect(try await applier.apply(try set(roles, "", "leave: [ users ]")).isEmpty)
        #expect(try counts(directory.claims(ofUser: "u", in: "A")))
    }
}
