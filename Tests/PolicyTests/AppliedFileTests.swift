import Testing

@testable import Policy

/// A file that was applied is written again with what its environment and its set say.
@Suite struct AppliedFileTests {
    private static func text(_ account: String, ceilings: String = "") throws -> String? {
        let files = [
            PolicyTexts.manifest: "chancery: v1\naccounts: { A: a.yaml }\nenvironments: { e: e.yaml }\n" + ceilings,
            "a.yaml":
                "chancery: v1\naccount: A\nvalues: { a: { type: token }, b: { type: token }, most: { type: count } }\n"
                + account,
            "e.yaml": "chancery: v1\nvalues: { a: x, b: x, most: 5 }\n",
        ]
        let set = try PolicySet(PolicyTexts(files: files.mapValues { Array($0.utf8) }, environment: "e"))
        return set.appliedFile(of: "A")?.text
    }

    @Test func `Values are filled in in keys as in texts, and not in claims`() throws {
        let written = try Self.text(
            """
            limits: { connections: <most> }
            roles:
              claims: { queue: { "<a>.q": [ g ], "<b>.q": [ h ] }, claims: { data: 5 } }
              "r-<a>": { serve: { "<a>.s": { queue: <a> } }, call: }
            users: { "u-<a>": { role: "r-<a>" } }
            claims: { info_url: "https://<a>.example" }
            """)
        #expect(
            written == """
                chancery: v1
                account: A
                limits:
                  connections: 5
                roles:
                  claims: { queue: { "x.q": [ g, h ] }, claims: { data: 5 } }
                  r-x: { serve: { "x.s": { queue: x } }, call: [] }
                users:
                  u-x: { role: r-x }
                claims:
                  info_url: "https://<a>.example"

                """)
    }

    @Test func `Ceilings stand where neither limits nor claims say anything`() throws {
        let written = try Self.text(
            """
            limits: { connections: 4 }
            roles:
              p: { publish: [ k ] }
              q: { publish: [ k ], expires: { default: 1d } }
              r: { publish: [ k ], expires: 2d }
            claims: { limits: { subs: 6 } }
            """, ceilings: "ceilings: { connections: 7, subscriptions: 8, payload: 1KiB, expires: 90d }\n")
        #expect(
            written == """
                chancery: v1
                account: A
                limits:
                  connections: 4
                  payload: 1024B
                roles:
                  p: { publish: [ k ], expires: { most: 90d } }
                  q: { publish: [ k ], expires: { default: 1d, most: 90d } }
                  r: { publish: [ k ], expires: 2d }
                claims:
                  limits: { subs: 6 }

                """)
    }

    @Test func `Two services that become one are no file`() throws {
        #expect(
            try Self.text("roles: { r: { serve: { \"<a>.s\": { queue: g }, \"<b>.s\": { queue: h } } } }") == nil)
    }

    @Test func `What is long stands on lines that can be read`() throws {
        let subjects = (0..<3000).map { "\"<a>.s\($0)\"" }.joined(separator: ",\n    ")
        let written = try #require(try Self.text("roles:\n  r: { publish: [ \(subjects) ] }\n"))
        #expect(written.contains("\"x.s2999\"") && !written.contains("<a>"))
        _ = try PolicyText.parse(Array(written.utf8), file: "a.yaml")
    }
}
