import Claims
import NKeys
import TestSupport
import Testing

@testable import Administration
@testable import Policy

/// Whose connections an apply waits for.
@Suite struct PolicyCutsTests {
    private struct Killed: Error {}

    private static let roles = "roles: { r: { publish: [ a ] }, s: { publish: [ b ] } }\n"

    /// A set with users, each of the role that is named with it.
    private static func set(_ users: [String: String], roles: String = roles) throws -> PolicySet {
        let list = users.sorted { $0.key < $1.key }.map { "\($0.key): { role: \($0.value) }" }.joined(separator: ", ")
        return try PolicyApplyTests.set(["A": roles + "users: { \(list) }", "B": "roles: { t: { publish: [ c ] } }"])
    }

    /// A directory with a set applied, whose users have credentials.
    private static func applied(_ users: [String: String]) async throws -> Directory {
        let directory = try TestDirectory().opened()
        try await PolicyApplier(directory).apply(try set(users))
        try directory.change("creds") { change in
            for name in users.keys.sorted() { _ = try change.credentials(of: EntityReference(name), at: .account("A")) }
        }
        return directory
    }

    /// What each step of an apply has cut, without those that cut nothing.
    private static func cuts(
        _ directory: Directory, _ act: (PolicyApplier) async throws -> Void
    ) async throws -> [[ConnectionCut]] {
        var cuts: [[ConnectionCut]] = []
        try await act(PolicyApplier(directory, deliver: { _, step in if !step.isEmpty { cuts.append(step) } }))
        return cuts
    }

    private static func account(_ directory: Directory) throws -> PublicKey {
        try directory.read { try $0.account(at: .account("A")) }.publicKey
    }

    private static func user(_ name: String, _ directory: Directory) throws -> ConnectionCut {
        let claims = try directory.claims(ofUser: name, in: "A")
        return ConnectionCut(try account(directory), user: try PublicKey(claims.subject))
    }

    @Test func `Nobody is cut off where nobody leaves`() async throws {
        let directory = try await Self.applied(["u": "r", "v": "s"])
        let wider = "roles: { r: { publish: [ a, d ] }, s: { publish: [ b ] } }\n"
        #expect(
            try await Self.cuts(directory) { try await $0.apply(try Self.set(["u": "r", "v": "s"], roles: wider)) }
                == [])
        #expect(try await Self.cuts(directory) { try await $0.undo() } == [])
    }

    @Test func `Who leaves, or gets another role, is cut off in the switch`() async throws {
        let directory = try await Self.applied(["u": "r", "v": "s", "w": "s"])
        let (u, v) = (try Self.user("u", directory), try Self.user("v", directory))
        let cuts = try await Self.cuts(directory) { try await $0.apply(try Self.set(["v": "r", "w": "s"])) }
        #expect(cuts.count == 1 && Set(cuts[0]) == [u, v])
    }

    @Test func `With a role that goes, its whole account is looked at`() async throws {
        let directory = try await Self.applied(["u": "r", "v": "s"])
        let everybody = [ConnectionCut(try Self.account(directory))]
        var options = PolicyOptions()
        options.deletesRoles = true
        let smaller = try Self.set(["u": "r"], roles: "roles: { r: { publish: [ a ] } }\n")
        #expect(try await Self.cuts(directory) { try await $0.apply(smaller, options) } == [everybody])
        // The role comes back, and goes once more.
        #expect(try await Self.cuts(directory) { try await $0.undo() } == [])
        #expect(try await Self.cuts(directory) { try await $0.undo() } == [everybody])
    }

    @Test func `Many leavers are looked for together`() async throws {
        let many = Dictionary(uniqueKeysWithValues: (0..<20).map { ("u\($0)", "r") })
        let directory = try await Self.applied(many)
        let cuts = try await Self.cuts(directory) { try await $0.apply(try Self.set([:])) }
        #expect(cuts == [[ConnectionCut(try Self.account(directory))]])
    }

    @Test func `An apply that ended before its switch was confirmed cuts the same when it goes on`() async throws {
        let directory = try await Self.applied(["u": "r", "v": "s"])
        let user = try Self.user("u", directory)
        let killer = PolicyApplier(directory, reached: { if $0 == .stored(.switch) { throw Killed() } })
        await #expect(throws: Killed.self) { try await killer.apply(try Self.set(["v": "s"])) }
        #expect(try await Self.cuts(directory) { try await $0.resume() } == [[user]])
    }

    @Test func `A server counts that answered for all cuts of an account`() throws {
        let keys = (0..<3).map { _ in KeyPair.generate(.user).publicKey }
        let (one, other) = (KeyPair.generate(.account).publicKey, KeyPair.generate(.account).publicKey)
        func said(_ counts: [String: Int]) -> [LingeringConnections] {
            counts.sorted { $0.key < $1.key }.map { name, count in
                LingeringConnections(server: name, count: count, id: name, numbers: Array(0..<UInt64(count)))
            }
        }
        let found = LingeringConnections.byAccount([
            ConnectionCut(one, user: keys[0]): said(["n1": 2, "n2": 0, "n3": 1]),
            ConnectionCut(one, user: keys[1]): said(["n1": 3, "n2": 0]),
            ConnectionCut(other): said(["n3": 1]),
        ])
        #expect(found[one]?.map(\.server) == ["n1", "n2"] && found[one]?.map(\.count) == [5, 0])
        #expect(found[other] == said(["n3": 1]))
    }
}
