import Authorization
import Claims
import Testing

/// Rows of the conformance table about permissions, by number, that decisions alone can show.
@Suite struct PermissionRowsTests {
    @Test("row 83: the matrix of roles") func roles() throws {
        let alice = try program(publish: Permission(allow: ["*"]), subscribe: Permission(allow: [">"]))
        #expect(alice.decide(.publish, "foo").isAllowed && !alice.decide(.publish, "foo.bar").isAllowed)
        let bench = try program(publish: Permission(allow: ["a"]))
        #expect(bench.decide(.publish, "a").isAllowed && !bench.decide(.publish, "b").isAllowed)
        let both = try program(
            publish: Permission(allow: ["*.*"], deny: ["SYS.*", "bar.*", "foo.*"]),
            subscribe: Permission(allow: ["foo.*", "bar.*"], deny: ["foo.baz"]))
        #expect(both.decide(.publish, "a.b").isAllowed && !both.decide(.publish, "SYS.1").isAllowed)
        #expect(!both.decide(.publish, "foo.x").isAllowed && !both.decide(.publish, "a").isAllowed)
        #expect(both.decide(.subscribe, "foo.bar").isAllowed && both.decide(.subscribe, "foo.*").isAllowed)
        #expect(!both.decide(.subscribe, "foo.baz").isAllowed && !both.decide(.subscribe, ">").isAllowed)
        #expect(!both.decide(.deliver, "foo.baz").isAllowed && both.decide(.deliver, "foo.bar").isAllowed)
    }

    @Test("rows 85 and 86: the terms of responses") func responseTerms() throws {
        func terms(_ maximum: Int, _ expires: Int64) throws -> ResponseTerms? {
            try program(response: ResponsePermission(maxMessages: maximum, expires: expires)).program.response
        }
        let usual = try terms(0, 0)
        #expect(usual?.maximum == 1 && usual?.lifetime == 120_000_000_000)
        let endless = try terms(-1, -1)
        #expect(endless?.maximum == nil && endless?.lifetime == nil)
        let stated = try terms(5, 7)
        #expect(stated?.maximum == 5 && stated?.lifetime == 7)
        #expect(try program().program.response == nil)
    }

    @Test("row 84: answers pass where the lists refuse, denies included; others do not") func responses() throws {
        let service = try program(
            publish: Permission(deny: ["answers.>"]), response: ResponsePermission(maxMessages: 1, expires: 0))
        #expect(!service.decide(.publish, "_INBOX.x").isAllowed && !service.decide(.publish, "answers.1").isAllowed)
        #expect(service.decide(.respond, "_INBOX.x") == .allowed(Rule(.reply)))
        #expect(service.decide(.respond, "answers.1") == .allowed(Rule(.reply)))
        let plain = try program(publish: Permission(allow: ["a"]))
        #expect(!plain.decide(.respond, "b").isAllowed && plain.decide(.respond, "a").rule.effect == .allow)
    }

    @Test("row 89: patterns of groups, allowed and denied") func groupPatterns() throws {
        let allowed = try program(subscribe: Permission(allow: ["foo.> *.dev"]))
        #expect(allowed.decide(.subscribe, "foo.bar", "v1.dev").isAllowed)
        #expect(!allowed.decide(.subscribe, "foo.bar", "v1.prod").isAllowed)
        #expect(
            !allowed.decide(.subscribe, "foo.bar").isAllowed && !allowed.decide(.subscribe, "bar", "v1.dev").isAllowed)
        let denied = try program(subscribe: Permission(allow: [">"], deny: ["foo.> *.dev"]))
        #expect(!denied.decide(.subscribe, "foo.bar", "v1.dev").isAllowed)
        #expect(denied.decide(.subscribe, "foo.bar", "v1.prod").isAllowed)
        #expect(denied.decide(.subscribe, "foo.bar").isAllowed)
    }

    @Test("row 90: four shapes of overlap, for groups") func overlaps() throws {
        for (pattern, deny, subject) in [
            ("foo.*", "foo.secret", "foo.secret"), ("foo.*", "*.secret", "foo.secret"), ("foo.>", "foo.*.x", "foo.a.x"),
            ("*.x", "foo.>", "foo.x"),
        ] {
            let permissions = try program(subscribe: Permission(deny: [deny]))
            #expect(permissions.decide(.subscribe, pattern, "q").isAllowed && permissions.needsFilter(pattern, "q"))
            #expect(!permissions.decide(.deliver, subject, "q").isAllowed)
        }
    }

    @Test("row 91: a deny for a group is for that group only") func groupDenies() throws {
        let permissions = try program(subscribe: Permission(deny: ["foo.secret q"]))
        #expect(!permissions.decide(.deliver, "foo.secret", "q").isAllowed)
        #expect(
            permissions.decide(.deliver, "foo.secret", "p").isAllowed
                && permissions.decide(.deliver, "foo.secret").isAllowed)
        #expect(permissions.needsFilter("foo.*", "q") && !permissions.needsFilter("foo.*", "p"))
    }

    /// The delivery is what is refused: the subscription stands, and its group has no other member to turn to.
    @Test("row 92, advisory 2022-04: a group's only member does not get what it is denied") func onlyMember() throws {
        let permissions = try program(subscribe: Permission(deny: ["d.secret"]))
        #expect(permissions.decide(.subscribe, "d.>", "workers").isAllowed)
        #expect(permissions.needsFilter("d.>", "workers"))
        #expect(!permissions.decide(.deliver, "d.secret", "workers").isAllowed)
        #expect(permissions.decide(.deliver, "d.open", "workers").isAllowed)
    }

    @Test("row 97: a changed program takes a group's subscription away, and no other") func groupRevoked() throws {
        let before = try program(subscribe: Permission(allow: [">"]))
        let after = try program(subscribe: Permission(allow: [">"], deny: ["jobs blue"]))
        for queue in ["blue", "red"] { #expect(before.decide(.subscribe, "jobs", queue).isAllowed) }
        #expect(!after.decide(.subscribe, "jobs", "blue").isAllowed)
        #expect(after.decide(.subscribe, "jobs", "red").isAllowed && after.decide(.subscribe, "jobs").isAllowed)
    }

    @Test("row 94: a changed program has no filter of the old one, and a publish deny keeps its subject") func changes()
        throws
    {
        let before = try program(subscribe: Permission(deny: ["foo.x"]))
        let after = try program(subscribe: Permission(deny: ["bar"]))
        #expect(before.needsFilter("foo.*") && !after.needsFilter("foo.*"))
        #expect(try !program(publish: Permission(deny: ["a.b q"])).decide(.publish, "a.b").isAllowed)
    }

    @Test(
        "row 103: what a pattern matches",
        arguments: [
            ("foo.bar,*,>,baz", "foo.bar,*,>,baz", true), ("foo.b*", "foo.bar", false), ("foo.b*", "foo.b*", true),
            ("foo.>", "foo", false), (">", "a", true), ("*", "a.b", false), ("foo.*.baz", "foo.bar.baz", true),
            ("foo.*.*", "foo.bar", false), ("foo.>.x", "foo.a.x", false), ("é.*", "é.x", true),
            ("é", "e\u{301}", false),
        ])
    func matching(_ pattern: String, _ subject: String, _ expected: Bool) throws {
        #expect(try program(publish: Permission(allow: [pattern])).decide(.publish, subject).isAllowed == expected)
    }

    /// Measured on nats-server 2.15.1: what is no subject is in no allow entry, and in no deny either.
    @Test("row 103: wildcards do not match empty tokens") func emptyTokens() throws {
        let allowing = try program(publish: Permission(allow: ["a.*.c", "b.>", "*", ">"]))
        let denying = try program(publish: Permission(deny: ["a.*.c", "b.>", "*", ">"]))
        let deep = Array(repeating: "x", count: 20).joined(separator: ".")
        for subject in ["a..c", "a..", "b.", "", ".", ".a", "b..c", "b.\(deep)..y", "b.\(deep)."] {
            #expect(!allowing.decide(.publish, subject).isAllowed, "\(subject)")
            #expect(denying.decide(.publish, subject).isAllowed, "\(subject)")
        }
        #expect(allowing.decide(.publish, "b.\(deep)").isAllowed)
    }
}
