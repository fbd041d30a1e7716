import Claims
import Testing

@testable import Policy

@Suite struct AccountCompilerTests {
    private static func account(_ roles: String, users: String = "") throws -> (PolicySet.Account, [PolicyProblem]) {
        let text = "chancery: v1\naccount: ACME\nroles:\n\(roles)\nusers: { \(users) }\n"
        let file = try AccountPolicyFile.read(Array(text.utf8), file: "acme.yaml")
        var compiler = AccountCompiler(file.policy, file.source)
        let keys = compiler.compile()
        return (PolicySet.Account(policy: file.policy, keys: keys, source: file.source), compiler.problems)
    }

    private static func messages(_ roles: String, users: String = "") throws -> [String] {
        try account(roles, users: users).1.map(\.message)
    }

    @Test func `Roles put together have all that is allowed and all that is denied`() throws {
        let (account, problems) = try Self.account(
            """
              a: { publish: { allow: [ "x.>" ], deny: [ x.secret ] }, limits: { payload: 1KiB }, expires: 1d }
              b: { includes: [ a ], publish: [ x.secret, z ], limits: { payload: 2KiB }, expires: 2d }
            """)
        #expect(problems.isEmpty)
        let role = try #require(account.roles["b"])
        #expect(role.template.permissions.publish == Permission(allow: ["z", "x.>"], deny: ["x.secret"]))
        #expect(role.template.payload == 1024)
        #expect(role.policy.lifetime?.most == 86_400_000_000_000)
    }

    @Test func `Roles put together keep each one's inbox`() throws {
        let (account, _) = try Self.account(
            "  a: { call: [ x ], inbox: role }\n  b: { includes: [ a ] }\n  c: { includes: [ a ], call: [ z ] }")
        #expect(account.roles["b"]?.template.permissions.subscribe.allow == ["_INBOX.a.>"])
        #expect(account.roles["c"]?.template.permissions.subscribe.allow == ["_INBOX.a.>", "_INBOX.{{name()}}.>"])
    }

    @Test func `A user of several roles has a key of its own, and one with extras too`() throws {
        let roles = "  a: { publish: [ x ] }\n  b: { publish: [ z ] }\n  all: { includes: [ a, b ] }"
        let (account, problems) = try Self.account(
            roles,
            users: "one: { role: [ b, a ] }, two: { role: [ a, b ] }, three: { role: [ a, all ] }, "
                + "four: { role: a, extra: { publish: { allow: [ z ], deny: [ x ] } } }")
        #expect(problems.isEmpty)
        let keys = account.policy.users.map { account.role(of: $0)?.name }
        #expect(keys == ["a+b", "a+b", "all", "a@four"])
        #expect(account.derivedRoles == ["a+b", "a@four"])
        #expect(account.roles["a@four"]?.template.permissions.publish.allow == ["z"])
        #expect(account.roles["a+b"]?.template == account.roles["all"]?.template)
    }

    @Test func `Roles that include each other are refused`() throws {
        #expect(
            try Self.messages("  a: { includes: [ b ] }\n  b: { includes: [ a ] }").contains(
                "a includes itself: a, b, a"))
    }

    @Test func `What roles have in common of networks, hours and kinds of connections`() throws {
        let (account, problems) = try Self.account(
            """
              a: { from: [ 10.0.0.0/8, 192.168.1.0/24 ], hours: { zone: UTC, between: [ "22:00-06:00" ] }, connections: [ STANDARD, MQTT ] }
              b: { from: [ 10.1.0.0/16, 172.16.0.0/12 ], hours: { zone: UTC, between: [ "20:00-23:00", "05:00-07:00" ] }, connections: [ STANDARD ] }
              c: { includes: [ a, b ] }
            """)
        #expect(problems.isEmpty)
        let template = try #require(account.roles["c"]?.template)
        #expect(template.sources == ["10.1.0.0/16"])
        #expect(template.allowedConnectionTypes == ["STANDARD"])
        #expect(
            template.times == [
                TimeRange(start: "05:00:00", end: "06:00:00"), TimeRange(start: "22:00:00", end: "23:00:00"),
            ])
    }

    @Test(arguments: [
        "from: [ 10.0.0.0/8 ] | from: [ 11.0.0.0/8 ]", "connections: [ MQTT ] | connections: [ STANDARD ]",
        "hours: { zone: UTC, between: [ \"01:00-02:00\" ] } | hours: { zone: UTC, between: [ \"03:00-04:00\" ] }",
        "hours: { zone: UTC, between: [ \"01:00-02:00\" ] } | hours: { zone: Europe/Berlin, between: [ \"01:00-02:00\" ] }",
        "tags: { t: [ a ] }, publish: [ \"{{tag(t)}}\" ] | tags: { t: [ b ] }, publish: [ \"{{tag(t)}}\" ]",
    ])
    func `Nothing in common is never everything`(_ pair: String) throws {
        let parts = pair.split(separator: " | ").map(String.init)
        let problems = try Self.account("  a: { \(parts[0]) }\n  b: { \(parts[1]) }\n  c: { includes: [ a, b ] }").1
        #expect(problems.contains { $0.code == .conflict && $0.severity == .error })
    }

    // MARK: Keys for single values

    @Test func `Groups beside tags have a key for each value`() throws {
        let (account, problems) = try Self.account(
            "  r: { tags: { plant: [ berlin, munich ] }, subscribe: [ \"p.{{tag(plant)}}\" ], queue: { j: [ w ] } }",
            users: "one: { role: r, tags: { plant: munich } }")
        #expect(problems.isEmpty)
        #expect(account.roles.keys.sorted() == ["r:plant=berlin", "r:plant=munich"])
        let key = try #require(account.role(of: account.policy.users[0]))
        #expect(key.name == "r:plant=munich")
        #expect(key.template.permissions.subscribe.allow == ["p.munich", "p.munich _sys_", "j w"])
        #expect(account.role("r", heldBy: "any", tags: ["plant": "hamburg"]) == nil)
    }

    @Test func `Groups beside names have a key for each declared user`() throws {
        let roles = "  r: { call: [ x ], queue: { j: [ w ] }, publish: [ \"p.{{name()}}\" ] }"
        let (account, problems) = try Self.account(roles, users: "one: { role: r }, two: { role: r }")
        #expect(problems.isEmpty)
        #expect(account.roles.keys.sorted() == ["r:name()=one", "r:name()=two"])
        #expect(account.roles["r:name()=one"]?.template.permissions.publish.allow.contains("p.{{name()}}") == true)
        #expect(
            try Self.messages(roles) == ["a list with templates and queue groups means other things on nats-server"])
    }

    @Test func `Denies with templates have a key for each value, which closes groups`() throws {
        let (account, _) = try Self.account(
            "  r: { tags: { t: [ a, b ] }, subscribe: { allow: [ \"p.>\" ], deny: [ \"p.{{tag(t)}}\" ] } }")
        #expect(account.roles["r:t=a"]?.template.permissions.subscribe.deny == ["p.a", "> >"])
    }

    @Test func `More keys than an account may have are refused`() throws {
        let values = (0..<100).map { "v\($0)" }.joined(separator: ", ")
        let tags = "tags: { s: [ \(values) ], t: [ \(values) ] }"
        let problems = try Self.messages(
            "  r: { \(tags), subscribe: [ \"{{tag(s)}}.{{tag(t)}}\" ], queue: { j: [ w ] } }")
        #expect(problems.contains { $0.contains("more than 3000 in the account") })
    }

    // MARK: Canonical forms, sizes

    @Test(arguments: [
        ("\"j.>\": [ any ]", "\"j.>\": [ any ], j.a: [ v ]"), ("\"j.*\": [ v ]", "\"j.*\": [ v ], j.a: [ v, v ]"),
        ("\"j.>\": [ any ]", "\"j.>\": [ any, v ]"),
    ])
    func `Redundant queues change nothing`(_ one: String, _ other: String) throws {
        let templates = try [one, other].map { try Self.account("  r: { queue: { \($0) } }").0.roles["r"]?.template }
        #expect(templates[0] == templates[1])
        #expect(templates[0] != nil)
    }

    @Test func `A name with wildcards is closed by a deny of one that it contains`() throws {
        let (account, _) = try Self.account("  r: { queue: { \"j.>\": [ any ] }, deny_queue: { j.x: [ v ] } }")
        #expect(account.roles["r"]?.template.permissions.subscribe.deny == ["j.x v"])
    }

    @Test func `An account that is too large is refused, and one that nearly is warned of`() throws {
        func problems(_ count: Int) throws -> [PolicyProblem] {
            let rules = (0..<count).map { "\n    - plant.machine-with-a-long-name-\($0).telemetry.values" }
            return try Self.account("  r:\n   publish:\(rules.joined())").1
        }
        #expect(try problems(1_000).isEmpty)
        #expect(try problems(12_500).map(\.severity) == [.warning])
        #expect(try problems(16_000).map(\.severity) == [.error])
    }

    @Test func `A list that tags fill is counted as servers count it`() throws {
        func problems(_ count: Int) throws -> [String] {
            let rules = (0..<count).map { "\n    - t.{{tag(x)}}.machine\($0)" }
            return try Self.messages("  r:\n   tags: { x: [ a ] }\n   publish:\(rules.joined())")
        }
        #expect(try problems(4_096).isEmpty)
        let found = try problems(4_097)
        #expect(found == ["a list of r comes to 4097 subjects, and where tags fill a list servers take 4096"])
    }

    @Test func `A user whose line would be too long is warned of`() throws {
        func problems(_ count: Int) throws -> [PolicyProblem] {
            let tags = (0..<count).map { "tag-with-a-long-name-\($0)" }
            let declared = tags.map { "\($0): [ value-of-a-tag ]" }.joined(separator: ", ")
            let values = tags.map { "\($0): value-of-a-tag" }.joined(separator: ", ")
            let rules = tags.map { "\"{{tag(\($0))}}.x\"" }.joined(separator: ", ")
            return try Self.account(
                "  r: { tags: { \(declared) }, publish: [ \(rules) ] }", users: "u: { role: r, tags: { \(values) } }"
            ).1
        }
        #expect(try problems(20).isEmpty)
        let found = try problems(60)
        #expect(found.map(\.severity) == [.warning])
        #expect(found.first?.message.hasPrefix("u would sign in with a line of about ") == true)
    }

    // MARK: Claims

    @Test func `Fields under claims are part of the role, and lead to where they stand`() throws {
        let (account, problems) = try Self.account(
            "  r: { claims: { pub: { allow: [ z, y, z ] }, bearer_token: true } }")
        #expect(problems.isEmpty)
        let role = try #require(account.roles["r"])
        #expect(role.template.permissions.publish.allow == ["y", "z"] && role.template.bearerToken)
        #expect(role.sources["/pub/allow/1"]?.count == 1)
        #expect(role.sources["/sub/deny/0"] == nil)
    }

    @Test func `A user with fields of its own has a key of its own`() throws {
        let (account, problems) = try Self.account(
            "  r: { publish: [ a ], claims: { bearer_token: true, data: 5 } }",
            users: "u: { role: r, claims: { bearer_token: false } }, v: { role: r }")
        #expect(problems.isEmpty)
        let users = account.policy.users
        #expect(users.map { account.role(of: $0)?.name } == ["r@u", "r"])
        #expect(users.map { account.role(of: $0)?.template.bearerToken } == [false, true])
        #expect(users.map { account.role(of: $0)?.template.data } == [5, 5])
    }
}
