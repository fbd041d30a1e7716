import Subjects
import Synchronization
import Testing

@testable import Policy

@Suite struct AccessAnalysisTests {
    /// A set of accounts, each with its file's text below `account:`.
    static func set(_ accounts: KeyValuePairs<String, String>, manifest: String = "") throws -> PolicySet {
        var files: [String: String] = [:]
        for (name, text) in accounts { files["\(name).yaml"] = "chancery: v1\naccount: \(name)\n\(text)\n" }
        let names = accounts.map { "\($0.key): \($0.key).yaml" }.joined(separator: ", ")
        let read = files
        return try #require(
            try PolicySet.readAll(
                Array("chancery: v1\naccounts: { \(names) }\n\(manifest)\n".utf8), file: "chancery.yaml",
                surroundings: .init(readFile: { read[$0].map { Array($0.utf8) } })
            ).first)
    }

    static func routes(
        _ act: AccessRoute.Act, _ pattern: String, of account: String, in set: PolicySet,
        by holders: AccessAnalysis.Holders = .everybody, engine: Engine = .broker
    ) throws -> [String] {
        var analysis = AccessAnalysis(set, engine: engine)
        return analysis.routes(act, SubjectSet([try Pattern(pattern)]), of: account, by: holders)
            .map { "\($0.who.account)/\($0.who.role) \($0.label) \($0.subject) [\($0.who.holders)]" }
    }

    @Test func `A rule is a direct way`() throws {
        let set = try Self.set([
            "A": "roles: { r: { publish: [ \"a.>\" ], subscribe: { allow: [ \"b.*\" ], deny: [ b.x ] } } }"
        ])
        #expect(try Self.routes(.publish, "*.x", of: "A", in: set) == ["A/r direct a.x [every holder]"])
        #expect(try Self.routes(.receive, "b.y", of: "A", in: set) == ["A/r direct b.y [every holder]"])
        #expect(try Self.routes(.receive, "b.x", of: "A", in: set) == [])
    }

    @Test func `Fields of claims lead where they do on servers`() throws {
        func publishers(_ item: String, _ subjects: String, _ more: String = "") throws -> [String] {
            let set = try Self.set([
                "A": "exports: [ { service: \"z.*\" } ]\nroles: { s: { subscribe: [ \"z.*\" ] } }",
                "B": "roles: { q: { publish: [ \(subjects) ] } }\nimports: [ \(item) ]\n\(more)",
            ])
            return try Self.routes(.publish, "z.x", of: "A", in: set)
        }
        let old = "{ service: \"a.*\", from: A, claims: { to: \"z.*\" } }"
        #expect(try publishers(old, "\"a.*\"") == ["B/q by import z.x [every holder]"])
        #expect(try publishers(old, "\"z.*\"") == [])
        let named = "{ service: \"z.*\", from: A, claims: { local_subject: \"l.$1\" } }"
        #expect(try publishers(named, "\"l.*\"") == ["B/q by import z.x [every holder]"])
        #expect(try publishers(named, "\"z.*\"") == [])
        let plain = "{ service: \"z.*\", from: A }"
        let mapping = "claims: { mappings: { a.x: [ { subject: z.x, weight: 100 } ] } }"
        #expect(try publishers(plain, "a.x, z.x", mapping).contains { $0.contains("by mapping") })
    }

    @Test func `A group takes messages`() throws {
        let set = try Self.set(["A": "roles: { r: { queue: { \"j.>\": [ w ] } } }"])
        #expect(
            try Self.routes(.receive, "j.x", of: "A", in: set) == ["A/r by group (takes messages) j.x [every holder]"])
    }

    @Test func `Imports lead across accounts and names`() throws {
        let set = try Self.set([
            "A": """
            exports: [ { stream: "t.>" }, { service: "q.*" } ]
            mappings: { "q.*": { "inner.$1": 100% } }
            roles: { s: { serve: { "inner.*": { answers: 1 } } } }
            """,
            "B": """
            imports: [ { stream: "t.>", from: A, as: "from.a.>" }, { service: "q.*", from: A, as: "ask.*" } ]
            roles: { r: { subscribe: [ "from.*.x" ], publish: [ ask.me ] } }
            """,
        ])
        #expect(try Self.routes(.receive, "t.>", of: "A", in: set) == ["B/r by import t.x [every holder]"])
        #expect(
            try Self.routes(.publish, "inner.>", of: "A", in: set) == [
                "B/r by import, by mapping inner.me [every holder]"
            ])
        #expect(
            try Self.routes(.receive, "ask.me", of: "B", in: set) == ["A/s by import, by mapping ask.me [every holder]"]
        )
    }

    @Test func `An answer goes where whoever asks wants it`() throws {
        let text = """
            roles:
              asks: { publish: [ q ], subscribe: [ mine ], replies: any }
              answers: { serve: { q: { answers: 1 } } }
            """
        let set = try Self.set(["A": text])
        #expect(try Self.routes(.publish, "secret", of: "A", in: set) == ["A/asks by reply secret [every holder]"])
        let own = try Self.set(["A": text.replacing("replies: any", with: "replies: own")])
        #expect(try Self.routes(.publish, "secret", of: "A", in: own) == [])
        #expect(try Self.routes(.publish, "mine", of: "A", in: own) == ["A/asks by reply mine [every holder]"])
        #expect(
            try Self.routes(.publish, "secret", of: "A", in: own, engine: .natsServer)
                == ["A/asks by reply secret [every holder]"])
    }

    @Test func `An answer goes on by imports`() throws {
        let set = try Self.set([
            "A": "exports: [ { service: q } ]\nroles: { far: { serve: { q: { answers: 1 } } } }",
            "B": """
            exports: [ { stream: ev.y } ]
            imports: [ { service: q, from: A }, { service: cmd.y, from: C } ]
            mappings: { m.y: { ev.y: 100% } }
            roles:
              x: { publish: [ q ], replies: any }
              z: { publish: [ loc ], replies: any }
              own: { publish: [ q, loc ] }
              near: { serve: { loc: { answers: 1 } } }
            """,
            "C": "exports: [ { service: cmd.y } ]\nimports: [ { stream: ev.y, from: B } ]",
        ])
        // What comes back through a service is behind the mappings, and no stream takes it on.
        #expect(
            try Self.routes(.publish, "cmd.y", of: "C", in: set) == [
                "B/x by import, by reply, by import cmd.y [every holder]",
                "B/z by reply, by import cmd.y [every holder]",
            ])
        #expect(
            try Self.routes(.publish, "ev.y", of: "C", in: set) == [
                "B/z by reply, by import ev.y [every holder]",
                "B/z by reply, by mapping, by import ev.y [every holder]",
            ])
        let far = try Self.routes(.publish, "cmd.y", of: "C", in: set, engine: .natsServer)
        #expect(far.contains("B/own by import, by reply, by import cmd.y [every holder]"))
        let reach = try #require(TenantReach(set, account: "C"))
        let others = reach.lines.filter { $0.direction == .enters }.map { $0.others.map(\.role) }
        #expect(others == [["z"], ["z"], ["x"]])
    }

    @Test func `Whoever may publish the server's way back answers through services`() throws {
        func publishers(_ subjects: String) throws -> [String] {
            let set = try Self.set([
                "A": "exports: [ { service: q } ]\nroles: { far: { publish: [ \(subjects) ], subscribe: [ q ] } }",
                "B": "imports: [ { service: q, from: A } ]\nroles: { x: { publish: [ q ], replies: any } }",
            ])
            return try Self.routes(.publish, "secret", of: "B", in: set)
        }
        #expect(try publishers("\">\"") == ["B/x by import, by reply secret [every holder]"])
        #expect(try publishers("\"a.>\"") == [])
    }

    @Test func `What a stream sends, and says, goes on by imports`() throws {
        func publishers(_ role: String, _ subject: String) throws -> [String] {
            let set = try Self.set([
                "B": """
                exports: [ { stream: ev.k } ]
                imports: [ { service: cmd.k, from: C } ]
                streams: { S: { subjects: [ "s.>" ], consumers: { c: {} } } }
                roles: { r: { \(role) } }
                """,
                "C": "exports: [ { service: cmd.k } ]\nimports: [ { stream: ev.k, from: B } ]",
            ])
            return try Self.routes(.publish, subject, of: "C", in: set, engine: .natsServer)
        }
        let byReply = "B/r by reply, by import "
        #expect(try publishers("work: [ S/c ]", "ev.k") == [byReply + "ev.k [every holder]"])
        #expect(try publishers("work: [ S/c ]", "cmd.k") == [byReply + "cmd.k [every holder]"])
        // The API answers like a service that is imported: no stream takes that on.
        #expect(try publishers("publish: [ $JS.API.STREAM.INFO.S ]", "ev.k") == [])
        #expect(try publishers("publish: [ $JS.API.STREAM.INFO.S ]", "cmd.k") == [byReply + "cmd.k [every holder]"])
        // Of what the stream has taken in it says so itself.
        #expect(try publishers("publish: [ s.x ]", "ev.k") == [byReply + "ev.k [every holder]"])
        let sent = try publishers("publish: [ $JS.API.CONSUMER.CREATE.S ]", "ev.k")
        #expect(sent == ["B/r by stream, by import ev.k [every holder]"])
    }

    @Test func `What a mapping always moves is received by nobody`() throws {
        func receivers(_ more: String) throws -> [String] {
            let set = try Self.set([
                "A": "mappings: { c: { a.c: 100% } }\nroles: { r: { subscribe: [ c ] } }" + more,
                "B": "exports: [ { service: b } ]",
            ])
            return try Self.routes(.receive, "c", of: "A", in: set)
        }
        #expect(try receivers("") == [])
        // An answer that comes back through a service is not mapped.
        #expect(try receivers("\nimports: [ { service: b, from: B } ]") == ["A/r direct c [every holder]"])
    }

    @Test func `Streams give out what they hold`() throws {
        let set = try Self.set([
            "A": """
            streams: { S: { subjects: [ "plant.>" ], consumers: { c: { filter: plant.bill } } } }
            roles:
              worker: { publish: [ $JS.API.CONSUMER.MSG.NEXT.S.c ], subscribe: [ "_INBOX.>" ] }
              reader: { publish: [ $JS.API.CONSUMER.CREATE.S ], subscribe: [ "_INBOX.>" ] }
              deaf: { publish: [ $JS.API.CONSUMER.MSG.NEXT.S.c ] }
            """
        ])
        #expect(
            try Self.routes(.receive, "plant.secret", of: "A", in: set) == [
                "A/reader by stream plant.secret [every holder]"
            ])
        #expect(
            try Self.routes(.receive, "plant.bill", of: "A", in: set) == [
                "A/worker by stream plant.bill [every holder]", "A/reader by stream plant.bill [every holder]",
            ])
        // Whoever asks a stream says where the answer goes, too: nats-server does not look.
        #expect(
            try Self.routes(.publish, "cmd.x", of: "A", in: set).filter { !$0.contains("by reply") } == [
                "A/reader by stream cmd.x [every holder]"
            ])
    }

    @Test func `Templates are filled with what matters`() throws {
        let set = try Self.set([
            "A": """
            roles:
              r:
                tags: { plant: [ berlin, munich ] }
                publish: { allow: [ "{{tag(plant)}}.{{name()}}.>" ], deny: [ "*.{{name()}}.secret" ] }
            """
        ])
        #expect(
            try Self.routes(.publish, "munich.*.x", of: "A", in: set)
                == ["A/r direct munich.someone.x [every holder with plant:munich]"])
        #expect(
            try Self.routes(.publish, "*.eve.x", of: "A", in: set) == [
                "A/r direct berlin.eve.x [eve with plant:berlin]"
            ])
        #expect(try Self.routes(.publish, "*.*.secret", of: "A", in: set) == [])
        #expect(try Self.routes(.publish, "paris.>", of: "A", in: set) == [])
    }

    @Test func `Who has the key for one value has that one, said once`() throws {
        let set = try Self.set([
            "A": """
            roles:
              t:
                tags: { shop: [ eu, us ], till: [ b, a ] }
                publish: [ "o.{{tag(shop)}}.{{tag(till)}}" ]
                queue: { "q.{{tag(shop)}}": [ g ] }
            users: { t1: { role: t, tags: { shop: eu, till: b } } }
            """
        ])
        let routes = try Self.routes(.publish, "o.*.*", of: "A", in: set)
        #expect(!routes.isEmpty)
        for route in routes {
            let tags = (route.split(separator: " with ").last?.dropLast() ?? "").split(separator: ", ").map(String.init)
            #expect(Set(tags).count == tags.count && tags == tags.sorted(), "\(route)")
            #expect(tags.count { $0.hasPrefix("shop:") } == 1 && tags.count { $0.hasPrefix("till:") } == 1, "\(route)")
        }
    }

    @Test func `What there is to say about a set is in the same order each time`() throws {
        let set = try Self.set(["A": "roles: { r: { publish: [ a ] } }", "B": ""])
        let said = PolicySet.problems(of: [set]).map { [$0.position.description, $0.code.description, $0.message] }
        #expect(said.count { $0[1] == "unlimited" } == 8)
        #expect(said.elementsEqual(said.sorted { $0.lexicographicallyPrecedes($1) }))
    }

    @Test func `Who has a role has it also beside one that includes it`() throws {
        let set = try Self.set([
            "A": """
            roles: { in: { publish: [ v ] }, out: { includes: [ in ], publish: [ w ] }, other: { publish: [ w ] } }
            users: { u: { role: [ in, out ] }, o: { role: other } }
            """
        ])
        let found = try Self.routes(.publish, "w", of: "A", in: set, by: .role(account: "A", role: "in"))
        #expect(found == ["A/out direct w [every holder]"])
    }

    @Test func `Behind eight imports it is at most`() throws {
        var accounts = ["exports: [ { service: s } ]\nroles: { r: { serve: { s: { answers: 1 } } } }"]
        for number in 1...10 {
            accounts.append(
                "exports: [ { service: s } ]\nimports: [ { service: s, from: A\(number - 1) } ]\nroles: { r: { publish: [ s ] } }"
            )
        }
        var files: [String: String] = [:]
        for (number, text) in accounts.enumerated() {
            files["a\(number)"] = "chancery: v1\naccount: A\(number)\n\(text)\n"
        }
        let names = accounts.indices.map { "A\($0): a\($0)" }.joined(separator: ", ")
        let read = files
        let set = try #require(
            try PolicySet.readAll(
                Array("accounts: { \(names) }".utf8), file: "chancery.yaml",
                surroundings: .init(readFile: { read[$0].map { Array($0.utf8) } })
            ).first)
        let routes = try Self.routes(.publish, "s", of: "A0", in: set)
        #expect(routes.count == 10)
        #expect(
            routes.last == "A10/r at most by import s [every holder]"
                || routes.last == "A10/r by import s [every holder]")
    }

    @Test func `What is managed elsewhere may do whatever it is granted`() throws {
        let set = try #require(
            try PolicySet.readAll(
                Array("accounts: { A: a, B: managed elsewhere }".utf8), file: "chancery.yaml",
                surroundings: .init(readFile: { _ in
                    Array("account: A\nexports: [ { stream: \"t.>\", grant: [ { account: B, only: t.x } ] } ]".utf8)
                })
            ).first)
        #expect(try Self.routes(.receive, "t.*", of: "A", in: set).first == "B/anybody by import t.x [every holder]")
        #expect(try Self.routes(.receive, "t.y", of: "A", in: set) == [])
    }

    @Test func `Rules of never are refuted with a route`() throws {
        let set = try Self.set(
            [
                "A": "exports: [ { stream: \"t.>\", grant: [ B ] } ]",
                "B":
                    "imports: [ { stream: \"t.>\", from: A } ]\nroles: { r: { subscribe: [ \">\" ] }, s: { subscribe: [ u ] } }",
            ],
            manifest: """
                never:
                  - { from: outside, may not: receive "t.secret.>", of: A }
                  - { from: role B/s, may not: [ receive "t.secret.>", 'publish ">"' ], of: A }
                  - { from: outside, may not: receive t.x, of: A, except: [ role B/r ] }
                  - { from: role B/t, may not: receive t.x, of: A }
                """)
        let problems = set.problems().filter { $0.severity == .error }.map(\.message)
        #expect(
            problems == [
                "B/r can receive t.secret.x1 of A by import (every holder)",
                "there is no role \"t\"",
            ])
    }

    @Test func `What was not looked at is not said to be proved`() throws {
        let rules = (0..<50).map { "{ from: anybody, may not: receive s.\($0), of: A }" }.joined(separator: ", ")
        let set = try Self.set(
            ["A": "roles: { r: { subscribe: [ \"s.>\" ] } }"], manifest: "never: [ \(rules) ]")
        #expect(set.problems().filter { $0.code == .never }.count == 50)
        let times = Mutex(0)
        let patience = Patience {
            times.withLock { (count: inout Int) in
                count += 1
                return count <= 20
            }
        }
        let problems = set.problems(patience: patience).filter { $0.severity == .error }
        #expect((1..<50).contains(problems.filter { $0.code == .never }.count))
        #expect(problems.last?.code == .tooLarge)
        var analysis = AccessAnalysis(set, patience: Patience { false })
        #expect(analysis.routes(.receive, try #require(AccessQuestion("s.1")), of: "A").isEmpty && analysis.isCutShort)
        #expect(TenantReach(set, account: "A", patience: Patience { false })?.isCutShort == false)
    }

    @Test func `More broken rules than anybody reads are not all told`() throws {
        let roles = (0..<40).map { "r\($0): { subscribe: [ \"s.>\" ] }" }.joined(separator: ", ")
        let rules = (0..<40).map { "{ from: anybody, may not: receive s.\($0), of: A }" }.joined(separator: ", ")
        let set = try Self.set(["A": "roles: { \(roles) }"], manifest: "never: [ \(rules) ]")
        let errors = set.problems().filter { $0.severity == .error }
        #expect(errors.count == 1_001 && errors.contains { $0.code == .tooLarge })
    }
}
