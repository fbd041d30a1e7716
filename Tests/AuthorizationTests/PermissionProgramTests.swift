import Authorization
import Claims
import Subjects
import Testing

/// Compiles lists, as they stand in a user JWT.
func program(
    publish: Permission = Permission(), subscribe: Permission = Permission(), response: ResponsePermission? = nil
) throws -> EffectivePermissions {
    let permissions = Permissions(publish: publish, subscribe: subscribe, response: response)
    return try EffectivePermissions(PermissionProgram(permissions))
}

extension EffectivePermissions {
    func decide(_ action: Action, _ subject: String, _ queue: String? = nil) -> Decision {
        decide(action, subject: Array(subject.utf8).span, queue: queue.map { Array($0.utf8) })
    }

    func needsFilter(_ pattern: String, _ queue: String? = nil) -> Bool {
        needsDeliveryFilter(Array(pattern.utf8).span, queue: queue.map { Array($0.utf8) })
    }
}

@Suite struct PublishDecisionTests {
    @Test func withoutListsEverythingIsAllowed() throws {
        #expect(try program().decide(.publish, "a.b") == .allowed(Rule(.unrestricted)))
    }

    @Test func namesTheEntryThatAllowed() throws {
        let program = try program(publish: Permission(allow: ["x", "a.>", "b.*"]))
        #expect(program.decide(.publish, "b.c") == .allowed(Rule(.allow, .publishAllow, entry: 2)))
        #expect(program.decide(.publish, "a.b.c") == .allowed(Rule(.allow, .publishAllow, entry: 1)))
        #expect(program.decide(.publish, "b.c.d") == .denied(Rule(.noAllow, .publishAllow)))
        let rule = program.decide(.publish, "b.c").rule
        #expect(program.program.explain(rule, source: .server).text == "b.*")
    }

    /// A literal before `*` before `>`, from the left; of equal entries the first.
    @Test(arguments: [
        (["a.>", "a.*", "a.b"], "a.b", 2), (["a.>", "a.*", "a.b"], "a.c", 1), (["*.b", "a.*"], "a.b", 1),
        (["a.*.c", "a.b.>"], "a.b.c", 1), ([">", "a", "a"], "a", 1), (["*.*.z", "a.*.y", "*.b.x"], "a.b.x", 2),
    ])
    func theMostSpecificEntryDecides(_ allow: [String], _ subject: String, _ entry: Int32) throws {
        #expect(try program(publish: Permission(allow: allow)).decide(.publish, subject).rule.entry == entry)
    }

    @Test func denyBeatsAllow() throws {
        let program = try program(publish: Permission(allow: ["a.>"], deny: ["a.*.secret", "a.b"]))
        #expect(program.decide(.publish, "a.x.secret") == .denied(Rule(.deny, .publishDeny, entry: 0)))
        #expect(program.decide(.publish, "a.b") == .denied(Rule(.deny, .publishDeny, entry: 1)))
        #expect(program.decide(.publish, "a.x.public").isAllowed)
    }

    @Test func responsesTurnNoListIntoNothing() throws {
        let program = try program(response: ResponsePermission(maxMessages: 1, expires: 0))
        #expect(!program.decide(.publish, "a").isAllowed)
        #expect(program.decide(.respond, "a") == .allowed(Rule(.reply)))
        #expect(program.program.response?.maximum == 1)
    }

    @Test func aDenyThatIsNoSubjectFailsClosed() throws {
        #expect(try !program(publish: Permission(deny: ["a.b q"])).decide(.publish, "a.b").isAllowed)
        #expect(try !program(publish: Permission(deny: ["a.>.b"])).decide(.publish, "a.>.b").isAllowed)
        #expect(try !program(publish: Permission(allow: ["a.>.b"])).decide(.publish, "a.>.b").isAllowed)
    }

    @Test func longSubjectsCostNoStack() throws {
        let long = [String](repeating: "a", count: 200_000).joined(separator: ".")
        let program = try program(publish: Permission(allow: ["a.*.>"], deny: ["a.a.*.*.b", "*.*.*.*.b.>"]))
        #expect(program.decide(.publish, long).rule == Rule(.allow, .publishAllow, entry: 0))
    }

    /// Tokens behind the sixteenth are cut again on the way.
    @Test func deepRulesAreFollowed() throws {
        let deep = (0..<60).map { "t\($0)" }
        var other = deep
        other[40] = "*"
        let program = try program(
            publish: Permission(
                allow: [deep.joined(separator: "."), other.joined(separator: ".") + ".*", "*.>"],
                deny: [deep.prefix(50).joined(separator: ".") + ".*"]))
        #expect(program.decide(.publish, deep.joined(separator: ".")).rule.entry == 0)
        #expect(program.decide(.publish, deep.joined(separator: ".") + ".x").rule.entry == 1)
        other[41] = "*"
        #expect(program.decide(.publish, other.joined(separator: ".") + ".x").rule.entry == 2)
        #expect(
            program.decide(.publish, deep.prefix(51).joined(separator: ".")).rule == Rule(.deny, .publishDeny, entry: 0)
        )
    }
}

@Suite struct SubscribeDecisionTests {
    /// Rule S1.
    @Test(arguments: [
        (["foo.*"], "foo.>", false), (["*"], ">", false), (["a.*", "a.*.>"], "a.>", true), (["a.>"], "a.*", true),
        (["a.b"], "a.*", false), (["a.*", "a.b.>"], "a.>", false), ([">"], ">", true), (["a.>"], "a", false),
        (["*", "*.*", "*.*.>"], ">", true), (["*", "*.*.>"], ">", false), (["a.*.*", "a.*", "a.*.*.>"], "a.>", true),
    ])
    func aSubscriptionLiesInTheUnionOfTheAllows(_ allow: [String], _ pattern: String, _ expected: Bool) throws {
        let program = try program(subscribe: Permission(allow: allow))
        #expect(program.decide(.subscribe, pattern).isAllowed == expected)
    }

    /// Slices beyond the sixty-fourth token.
    @Test func unionsOfManyLengths() throws {
        var allow = (1...100).map { ["a"] + [String](repeating: "*", count: $0) }.map { $0.joined(separator: ".") }
        allow.append(allow[99] + ".>")
        #expect(try program(subscribe: Permission(allow: allow)).decide(.subscribe, "a.>").isAllowed)
        allow.remove(at: 80)
        #expect(try !program(subscribe: Permission(allow: allow)).decide(.subscribe, "a.>").isAllowed)
    }

    @Test func aPartialDenyFiltersAndAWholeOneRefuses() throws {
        let program = try program(subscribe: Permission(allow: ["foo.>"], deny: ["foo.secret", "foo.x.*"]))
        #expect(program.decide(.subscribe, "foo.*").isAllowed)
        #expect(program.needsFilter("foo.*") && !program.needsFilter("foo.open"))
        #expect(program.needsFilter("foo.x.>") && !program.needsFilter("foo.*.*.>"))
        #expect(program.decide(.subscribe, "foo.secret") == .denied(Rule(.deny, .subscribeDeny, entry: 0)))
        #expect(program.decide(.subscribe, "foo.x.*").rule == Rule(.deny, .subscribeDeny, entry: 1))
        #expect(program.decide(.deliver, "foo.secret") == .denied(Rule(.deny, .subscribeDeny, entry: 0)))
        #expect(program.decide(.deliver, "foo.open").isAllowed)
    }

    /// The truth table of queue permissions: what an entry with a group does to plain and grouped use.
    @Test(
        "row 88: the full subject and queue truth table",
        arguments: [
            (["foo"], nil, true), (["foo"], "v1", true), (["foo v1"], nil, false), (["foo v1"], "v1", true),
            (["foo v1"], "v2", false), (["foo", "foo v1"], nil, true), (["foo", "foo v1"], "v1", true),
            (["foo", "foo v1"], "v2", false), (["foo v1.*"], "v1.prod", true), (["foo v1.*"], "v1", false),
            (["foo >"], "anything", true), (["foo >"], nil, false), (["foo", "foo *.dev"], "v1.dev", true),
            (["foo", "foo *.dev"], "v1.prod", false), (["foo v1.*"], "v1.*", true), (["foo", "bar v1"], "v2", true),
        ] as [([String], String?, Bool)])
    func queueGroups(_ allow: [String], _ queue: String?, _ expected: Bool) throws {
        let decision = try program(subscribe: Permission(allow: allow)).decide(.subscribe, "foo", queue)
        #expect(decision.isAllowed == expected)
        if !expected { #expect(decision.rule.effect == .queue) }
    }

    @Test func plainEntriesSpeakForAGroupOnlyWhereNoGroupEntryDoes() throws {
        let program = try program(subscribe: Permission(allow: ["foo.>", "foo.a v1"]))
        #expect(program.decide(.subscribe, "foo.b", "v2").isAllowed)
        #expect(program.decide(.subscribe, "foo.a", "v2").rule == Rule(.queue, .subscribeAllow, entry: 1))
        #expect(!program.decide(.subscribe, "foo.*", "v2").isAllowed)
        #expect(program.decide(.subscribe, "foo.*", "v1").isAllowed)
    }

    @Test func denies() throws {
        let plain = try program(subscribe: Permission(allow: ["foo v1"], deny: ["foo"]))
        #expect(!plain.decide(.subscribe, "foo", "v1").isAllowed)
        let grouped = try program(subscribe: Permission(deny: ["foo bad"]))
        #expect(!grouped.decide(.subscribe, "foo", "bad").isAllowed)
        #expect(grouped.decide(.subscribe, "foo", "good").isAllowed && grouped.decide(.subscribe, "foo").isAllowed)
        #expect(!grouped.decide(.deliver, "foo", "bad").isAllowed && grouped.decide(.deliver, "foo", "good").isAllowed)
        #expect(grouped.needsFilter("*", "bad") && !grouped.needsFilter("*", "good") && !grouped.needsFilter("*"))
    }

    @Test("row 20: nobody joins the server's own group") func theReservedGroup() throws {
        #expect(try program().decide(.subscribe, "foo", "_sys_") == .denied(Rule(.reserved)))
    }
}
