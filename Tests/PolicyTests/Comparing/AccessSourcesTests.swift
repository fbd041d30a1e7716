import Claims
import Testing

@testable import Policy

/// Each difference leads to the rules that make it.
@Suite struct AccessSourcesTests {
    private static func access(_ text: String) throws -> AccountAccess {
        let set = try AccessAnalysisTests.set(["A": text, "B": "exports: [ { stream: \"s.>\" }, { stream: t } ]"])
        return try #require(set.compiled("A")).access()
    }

    /// What differs, with the places now and before.
    private static func changes(_ old: String, _ new: String) throws -> [String] {
        try AccessComparison.changes(from: try access(old), to: try access(new)).map { change in
            let (now, before) = (change.sources.map(\.description), change.formerSources.map(\.description))
            return "\(change.lines[0]) now \(now) before \(before)"
        }
    }

    @Test func `An allow that is new gives, and one that is gone took`() throws {
        #expect(
            try Self.changes("roles: { r: { publish: [ a, b ] } }", "roles: { r: { publish: [ a, c, \"d.*\" ] } }") == [
                "gains publish c, d.*, such as c now [\"A.yaml:3:29\", \"A.yaml:3:32\"] before []",
                "loses publish b, such as b now [] before [\"A.yaml:3:29\"]",
            ])
    }

    @Test func `A deny that is new takes, and one that is gone gave`() throws {
        let (open, closed) = (
            "roles: { r: { publish: { allow: [ \"a.>\" ] } } }",
            "roles: { r: { publish: { allow: [ \"a.>\" ], deny: [ a.x ] } } }"
        )
        #expect(
            try Self.changes(open, closed) == ["loses publish a.x, such as a.x now [\"A.yaml:3:52\"] before []"])
        #expect(
            try Self.changes(closed, open) == ["gains publish a.x, such as a.x now [] before [\"A.yaml:3:52\"]"])
    }

    @Test func `Only rules that have to do with a difference are named`() throws {
        let found = try Self.changes(
            "roles: { r: { subscribe: [ a ], queue: { \"j.>\": [ w ] } } }",
            "roles: { r: { subscribe: [ a, b ], queue: { \"j.>\": [ w, v ], k: [ w ] } } }")
        #expect(found.contains("gains subscribe b, such as b now [\"A.yaml:3:31\"] before []"))
        #expect(found.contains { $0.hasPrefix("gains join v on") && $0.hasSuffix("now [\"A.yaml:3:45\"] before []") })
        #expect(found.contains("gains join w on k, such as k now [\"A.yaml:3:62\"] before []"))
    }

    @Test func `Roles, exports, imports, users and limits have their places`() throws {
        let old = "roles: { r: {}, gone: {} }\nimports: [ { stream: t, from: B } ]\n"
        let new = """
            roles: { r: { limits: { payload: 1KiB } }, fresh: {} }
            imports: [ { stream: s.x, from: B } ]
            exports: [ { stream: e } ]
            users: { u: { role: r } }
            limits: { connections: 5 }
            """
        let found = try Self.changes(old, new)
        #expect(found.contains("role: fresh is new now [\"A.yaml:3:44\"] before []"))
        #expect(found.contains("role: gone goes now [] before [\"A.yaml:3:17\"]"))
        #expect(found.contains("bytes of a message: 1024 is new now [\"A.yaml:3:10\"] before [\"A.yaml:3:10\"]"))
        #expect(found.contains("gains import the stream e, such as e now [\"A.yaml:5:12\"] before []"))
        #expect(found.contains("gains take from B the stream s.x, such as s.x now [\"A.yaml:4:12\"] before []"))
        #expect(found.contains("loses take from B the stream t, such as t now [] before [\"A.yaml:4:12\"]"))
        #expect(found.contains("role: r is new now [\"A.yaml:6:10\"] before []"))
        #expect(found.contains { $0.hasPrefix("connections: ") && $0.contains("now [\"A.yaml:7:") })
    }
}
