import Authorization
import Claims
import Testing

/// Templates as places that values fill, at decision time.
@Suite struct TemplateProgramTests {
    private func values(_ name: String = "press", tags: [String] = []) -> PermissionTemplate.Values {
        var values = PermissionTemplate.Values()
        values.name = name
        values.subject = "UKEY"
        values.tags = tags
        values.accountName = "ACME"
        values.accountSubject = "AKEY"
        values.accountTags = ["region:eu", "region:us", "site:x"]
        return values
    }

    private func fill(
        _ publish: Permission, subscribe: Permission = Permission(), _ user: PermissionTemplate.Values
    ) throws -> EffectivePermissions {
        let program = try PermissionProgram(Permissions(publish: publish, subscribe: subscribe), account: user)
        return try EffectivePermissions(program, user: user)
    }

    @Test("row 99: functions, several tags, templates within tokens") func functions() throws {
        let allow = [
            "n.{{name()}}", "s.{{ SUBJECT() }}", "a.{{account-name()}}.{{account-subject()}}", "KV_{{tag(b)}}.>",
            "r.{{account-tag(region)}}", "p.{{tag(b)}}-{{tag(c)}}.x", "{{tag(b)}}.{{tag(b)}}",
        ]
        let permissions = try fill(Permission(allow: allow), values(tags: ["b:one", "b:two", "c:x", "c:o"]))
        for (entry, subject) in [
            (0, "n.press"), (1, "s.UKEY"), (2, "a.ACME.AKEY"), (3, "KV_one.k"), (3, "KV_two.k.l"), (4, "r.eu"),
            (4, "r.us"),
            (5, "p.one-x.x"), (5, "p.two-o.x"), (6, "one.one"), (6, "two.two"),
        ] {
            #expect(permissions.decide(.publish, subject) == .allowed(Rule(.allow, .publishAllow, entry: Int32(entry))))
        }
        for subject in [
            "n.other", "n.press.x", "KV_.k", "KV_three.k", "r.x", "p.one-two.x", "one.two", "two.one", "n.",
        ] {
            #expect(!permissions.decide(.publish, subject).isAllowed, "\(subject)")
        }
    }

    @Test("row 99: a good tag after a bad one counts") func goodAfterBad() throws {
        let permissions = try fill(Permission(allow: ["t.{{tag(b)}}"]), values(tags: ["b:x.y", "b:>", "b:ok", "b:"]))
        #expect(permissions.decide(.publish, "t.ok").isAllowed)
        for subject in ["t.x.y", "t.z", "t.>", "t."] { #expect(!permissions.decide(.publish, subject).isAllowed) }
    }

    @Test("row 99: what is missing drops an allow entry and refuses the user of a deny") func missing() throws {
        let dropped = try fill(Permission(allow: ["a", "t.{{tag(no)}}"]), values())
        #expect(dropped.decide(.publish, "a").isAllowed && !dropped.decide(.publish, "t.x").isAllowed)
        // An allow list that ends empty allows nothing.
        let empty = try fill(
            Permission(allow: ["t.{{tag(no)}}"]), subscribe: Permission(allow: ["t.{{tag(no)}} q"]), values())
        for subject in ["t.x", "a"] {
            #expect(!empty.decide(.publish, subject).isAllowed && !empty.decide(.subscribe, subject).isAllowed)
            #expect(!empty.decide(.subscribe, subject, "q").isAllowed)
        }
        #expect(throws: TemplateFault.self) { try fill(Permission(deny: ["t.{{tag(no)}}"]), values()) }
        for bad in ["x.y", "*", ">", "", "a b"] {
            #expect(throws: TemplateFault.self) {
                try fill(Permission(deny: ["t.{{tag(b)}}"]), values(tags: ["b:" + bad]))
            }
            #expect(throws: TemplateFault.self) { try fill(Permission(deny: ["t.{{name()}}"]), values(bad)) }
        }
    }

    /// A group entry that nothing fills takes no group away from plain entries.
    @Test func anEntryWithoutValuesIsNotThere() throws {
        let permissions = try fill(
            Permission(), subscribe: Permission(allow: ["foo", "foo q-{{tag(no)}}"]), values())
        #expect(permissions.decide(.subscribe, "foo", "other").isAllowed)
        let filled = try fill(
            Permission(), subscribe: Permission(allow: ["foo", "foo q-{{tag(no)}}"]), values(tags: ["no:1"]))
        #expect(
            !filled.decide(.subscribe, "foo", "other").isAllowed && filled.decide(.subscribe, "foo", "q-1").isAllowed)
    }

    @Test("row 99, rule S7: subject and group of an entry are filled for themselves") func groups() throws {
        let permissions = try fill(
            Permission(),
            subscribe: Permission(allow: ["foo.{{name()}} {{tag(g)}}"], deny: ["foo.{{name()}} x-{{name()}}"]),
            values(tags: ["g:one", "g:x-press"]))
        #expect(permissions.decide(.subscribe, "foo.press", "one").isAllowed)
        #expect(!permissions.decide(.subscribe, "foo.press", "x-press").isAllowed)
        #expect(!permissions.decide(.subscribe, "foo.press").isAllowed)
        #expect(!permissions.decide(.subscribe, "foo.press", "two").isAllowed)
    }

    @Test("row 100: unknown and malformed templates, more than 4,096 subjects") func hostile() throws {
        for text in ["{{name}}", "{{na me()}}", "{{tag()}}.{{nosuch()}}", "{{{name()}}}", "x.{{ }}"] {
            #expect(throws: (any Error).self, "\(text)") { try fill(Permission(allow: [text]), values()) }
            #expect(throws: (any Error).self, "\(text)") { try fill(Permission(deny: [text]), values()) }
        }
        // Not templates at all.
        #expect(try fill(Permission(allow: ["{name()}"]), values()).decide(.publish, "{name()}").isAllowed)
        let tags = (0..<65).map { "b:v\($0)" }
        #expect(throws: TemplateFault.tooManyExpansions) {
            try fill(Permission(allow: ["{{tag(b)}}.{{ tag(b) }}"]), values(tags: tags))
        }
        let most = try fill(Permission(allow: ["{{tag(b)}}.{{ tag(b) }}"]), values(tags: Array(tags.prefix(64))))
        #expect(most.decide(.publish, "v0.v63").isAllowed && !most.decide(.publish, "v0.v64").isAllowed)
        let many = [String](repeating: "{{name()}}", count: 40).joined(separator: ".")
        #expect(throws: ProgramFault.tooManyTemplates(many)) { try fill(Permission(allow: [many]), values()) }
    }

    /// In a user's own permissions braces are ordinary characters.
    @Test func onlyScopesHaveTemplates() throws {
        let permissions = try program(publish: Permission(allow: ["t.{{name()}}"]))
        #expect(
            permissions.decide(.publish, "t.{{name()}}").isAllowed && !permissions.decide(.publish, "t.x").isAllowed)
    }

    /// What the limit counts is what expanding as text counts.
    @Test func theLimitIsThatOfExpandingAsText() throws {
        for count in [15, 16, 17, 63, 64, 65, 90] {
            for list in [
                ["{{tag(b)}}.{{tag(b)}}"], ["{{tag(b)}}", "{{ tag(b) }}.{{tag(b)}}"],
                ["a", "{{tag(b)}}.{{ tag(b) }}", "b"],
                ["{{tag(b)}}.{{ tag(b) }}.{{  tag(b)}}"],
            ] {
                let user = values(tags: (0..<count).map { "b:v\($0)" })
                let permissions = Permissions(publish: Permission(allow: list), subscribe: Permission())
                let isExpandable = (try? PermissionTemplate.expand(permissions, with: user)) != nil
                let isFilled = (try? fill(Permission(allow: list), user)) != nil
                #expect(isExpandable == isFilled, "\(count) tags in \(list)")
            }
        }
    }
}
