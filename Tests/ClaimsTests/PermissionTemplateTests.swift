import Testing

@testable import Claims

@Suite("Permission templates")
struct PermissionTemplateTests {
    private var values: PermissionTemplate.Values {
        var values = PermissionTemplate.Values()
        values.name = "ann"
        values.subject = "UKEY"
        values.accountName = "shop"
        values.accountSubject = "AKEY"
        values.tags = ["dept:a", "dept:b", "star:*", "dot:a.b", "blank:a b", "empty:", "one:1"]
        values.accountTags = ["region:eu"]
        return values
    }

    private func expand(
        subscribe: Permission = Permission(allow: []), publish: Permission = Permission(allow: [])
    ) throws -> Permissions {
        try PermissionTemplate.expand(Permissions(publish: publish, subscribe: subscribe), with: values)
    }

    @Test("values fill one token each")
    func oneTokenEach() throws {
        let allow = [
            "n.{{name()}}", "s.{{ subject() }}.>", "{{account-name()}}.{{account-subject()}}", "d.{{tag(Dept)}}",
            "r.{{account-tag(region)}}",
        ]
        let expanded = try expand(publish: Permission(allow: allow))
        #expect(expanded.publish.allow == ["n.ann", "s.UKEY.>", "shop.AKEY", "d.a", "d.b", "r.eu"])
        #expect(expanded.publish.deny == [])
    }

    @Test("a tag function's name has no capitals: nats-server 2.15.1 finds no values then")
    func capitals() throws {
        #expect(try expand(publish: Permission(allow: ["d.{{TAG(dept)}}", "n.{{Name()}}"])).publish.allow == ["n.ann"])
    }

    @Test("a value with a dot, a wildcard or white space is refused: dropped from allow, an error in deny")
    func unfitValues() throws {
        for tag in ["star", "dot", "blank", "empty", "none"] {
            let entry = "x.{{tag(\(tag))}}"
            let expanded = try expand(publish: Permission(allow: [entry, "ok.{{name()}}"]))
            #expect(expanded.publish.allow == ["ok.ann"])
            #expect(throws: ClaimsError.self) { try expand(publish: Permission(deny: [entry])) }
            #expect(throws: ClaimsError.self) { try expand(subscribe: Permission(deny: [entry])) }
        }
    }

    @Test("an allow list that ends empty denies everything on its side")
    func emptyAllow() throws {
        let expanded = try expand(
            subscribe: Permission(allow: ["x.{{tag(none)}}"]), publish: Permission(allow: ["{{name()}}"]))
        #expect(expanded.subscribe == Permission(allow: [], deny: [">"]))
        #expect(expanded.publish == Permission(allow: ["ann"], deny: []))
    }

    @Test("queue groups are kept and expanded in subscribe lists, and are no subjects in publish lists")
    func queueGroups() throws {
        let entries = ["foo.{{name()}} q", "bar {{name()}}", "plain workers", "t.{{tag(dept)}} g.{{name()}}"]
        let expanded = try expand(subscribe: Permission(allow: entries), publish: Permission(allow: entries))
        #expect(expanded.subscribe.allow == ["foo.ann q", "bar ann", "plain workers", "t.a g.ann", "t.b g.ann"])
        #expect(expanded.publish == Permission(allow: [], deny: [">"]))
        #expect(throws: ClaimsError.self) { try expand(publish: Permission(deny: ["foo.{{name()}} q"])) }
    }

    @Test("several templates multiply, the last one fastest; the same one again does not")
    func products() throws {
        let expanded = try expand(publish: Permission(allow: ["{{tag(dept)}}.{{tag(one)}}.{{tag(dept)}}"]))
        #expect(expanded.publish.allow == ["a.1.a", "b.1.b"])
    }

    @Test("more subjects than the limit are refused, however they come about")
    func limit() throws {
        var many = values
        many.tags = (0..<65).map { "t:\($0)" } + (0..<65).map { "u:\($0)" }
        for allow in [["{{tag(t)}}.{{tag(u)}}"], Array(repeating: "{{tag(t)}}", count: 64)] {
            let permissions = Permissions(publish: Permission(allow: allow), subscribe: Permission(allow: []))
            for rules in [PermissionTemplate.Rules.strict, .natsServer] {
                let error = #expect(throws: ClaimsError.self) {
                    try PermissionTemplate.expand(permissions, with: many, rules: rules)
                }
                #expect(error?.message == "template expansion exceeds limit: 4096")
            }
        }
        let endless = Permissions(
            publish: Permission(allow: [String(repeating: "{{tag(t)}}{{tag(u)}}", count: 1000)]),
            subscribe: Permission(allow: []))
        #expect(throws: ClaimsError.self) { try PermissionTemplate.expand(endless, with: many, rules: .natsServer) }
    }

    /// Long values in many places, or a long subject for each of many values: the product is what counts.
    @Test("more bytes than the limit are refused before they are made")
    func size() throws {
        var long = values
        long.name = String(repeating: "n", count: 200_000)
        long.tags = (0..<4000).map { "t:\($0)" }
        let literal = String(repeating: "l", count: 100_000)
        for allow in [
            [String(repeating: "{{name()}}", count: 50_000)], Array(repeating: "{{name()}}", count: 50),
            ["{{tag(t)}}.\(literal)"], ["\(literal).{{tag(t)}}"], [literal + ".{{tag(t)}}.\(literal)"],
        ] {
            let permissions = Permissions(publish: Permission(allow: allow), subscribe: Permission())
            for rules in [PermissionTemplate.Rules.strict, .natsServer] {
                let error = #expect(throws: ClaimsError.self) {
                    try PermissionTemplate.expand(permissions, with: long, rules: rules)
                }
                #expect(error?.message == "template expansion exceeds 1048576 bytes")
                #expect(error?.path.hasPrefix("pub.allow[") == true)
            }
        }
    }

    @Test("unknown functions are errors in any list")
    func undefined() {
        for entry in ["{{foo()}}", "{{name}}", "{{{name()}}}", "{{tag(x}}"] {
            #expect(throws: ClaimsError.self) { try expand(publish: Permission(allow: [entry])) }
            #expect(throws: ClaimsError.self) { try expand(subscribe: Permission(deny: [entry])) }
        }
    }

    @Test("braces that are no template are plain text, and their list stays as it is")
    func plainBraces() throws {
        let list = ["{{}}", "{name()}", "{{name()", "a b c", "{{a}b}}", ""]
        #expect(try expand(publish: Permission(allow: list)).publish.allow == list)
    }

    @Test("entries are taken apart without loss")
    func parts() {
        for text in ["", "a", "{{name()}}", "a.{{ tag(X) }}.b{{subject()}}", "é{{name()}}漢", "{{{{name()}}"] {
            let joined = TemplateEntry(text).parts.map { part in
                switch part {
                case .literal(let literal): literal
                case .template(_, let text): text
                }
            }.joined()
            #expect(joined == text)
        }
        #expect(TemplateEntry("a.{{ tag(X) }}").parts == [.literal("a."), .template(.tag("x"), text: "{{ tag(X) }}")])
    }

    /// A million braces without a closing one are plain text, found out in one pass.
    @Test func bracesThatNeverCloseArePlainText() {
        let text = String(repeating: "{", count: 1_000_000)
        #expect(TemplateEntry("a." + text).parts == [.literal("a." + text)])
        #expect(TemplateEntry(text + "}").parts == [.literal(text + "}")])
        #expect(TemplateEntry("{{}}{{name()}}").parts == [.literal("{{}}"), .template(.name, text: "{{name()}}")])
    }
}
