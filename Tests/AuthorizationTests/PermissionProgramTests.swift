import Authorization
import Claims
import Subjects
import Testing

/// Builds programs from lists, as they stand in a user JWT.
func program(
    publish: Permission = Permission(), subscribe: Permission = Permission(), response: ResponsePermission? = nil
) -> PermissionProgram {
    PermissionProgram(Permissions(publish: publish, subscribe: subscribe, response: response), source: .server)
}

@Suite struct PublishDecisionTests {
    private func decide(_ program: PermissionProgram, _ subject: String) -> Decision {
        program.decide(.publish, subject: Array(subject.utf8).span)
    }

    @Test func withoutListsEverythingIsAllowed() {
        let decision = decide(program(), "a.b")
        #expect(decision == .allowed(Rule(.unrestricted)))
    }

    @Test func namesTheEntryThatAllowed() {
        let program = program(publish: Permission(allow: ["x", "a.>", "b.*"]))
        #expect(decide(program, "b.c") == .allowed(Rule(.allow, .publishAllow, entry: 2)))
        #expect(decide(program, "a.b.c") == .allowed(Rule(.allow, .publishAllow, entry: 1)))
        #expect(decide(program, "b.c.d") == .denied(Rule(.noAllow, .publishAllow)))
        #expect(program.explain(decide(program, "b.c").rule).text == "b.*")
    }

    @Test func denyBeatsAllow() {
        let program = program(publish: Permission(allow: ["a.>"], deny: ["a.*.secret", "a.b"]))
        #expect(decide(program, "a.x.secret") == .denied(Rule(.deny, .publishDeny, entry: 0)))
        #expect(decide(program, "a.b") == .denied(Rule(.deny, .publishDeny, entry: 1)))
        #expect(decide(program, "a.x.public").isAllowed)
    }

    @Test func responsesTurnNoListIntoNothing() {
        let program = program(response: ResponsePermission(maxMessages: 1, expires: 0))
        #expect(!decide(program, "a").isAllowed)
        #expect(program.decide(.respond, subject: Array("a".utf8).span).isAllowed)
        #expect(program.response == program.response && program.response?.maximum == 1)
    }

    @Test func aDenyWithAQueuePartFailsClosed() {
        #expect(!decide(program(publish: Permission(deny: ["a.b q"])), "a.b").isAllowed)
    }

    @Test func longSubjectsCostNoStack() {
        let long = [String](repeating: "a", count: 200_000).joined(separator: ".")
        let program = program(publish: Permission(allow: [long, "a.*.>"], deny: [long + ".b"]))
        #expect(decide(program, long).isAllowed)
        #expect(decide(program, long + ".a").rule == Rule(.allow, .publishAllow, entry: 1))
    }
}

@Suite struct SubscribeDecisionTests {
    private func decide(_ program: PermissionProgram, _ pattern: String, _ queue: String? = nil) throws -> Decision {
        program.decide(subscribing: try Pattern(pattern), queue: queue.map { Array($0.utf8) })
    }

    /// Rule S1.
    @Test(arguments: [
        (["foo.*"], "foo.>", false), (["*"], ">", false), (["a.*", "a.*.>"], "a.>", true), (["a.>"], "a.*", true),
        (["a.b"], "a.*", false), (["a.*", "a.b.>"], "a.>", false), ([">"], ">", true), (["a.>"], "a", false),
    ])
    func aSubscriptionLiesInTheUnionOfTheAllows(_ allow: [String], _ pattern: String, _ expected: Bool) throws {
        #expect(try decide(program(subscribe: Permission(allow: allow)), pattern).isAllowed == expected)
    }

    @Test func aPartialDenyFiltersAndAWholeOneRefuses() throws {
        let program = program(subscribe: Permission(allow: ["foo.>"], deny: ["foo.secret", "foo.x.*"]))
        #expect(try decide(program, "foo.*").isAllowed)
        #expect(program.needsDeliveryFilter(try Pattern("foo.*"), queue: nil))
        #expect(!program.needsDeliveryFilter(try Pattern("foo.open"), queue: nil))
        #expect(try decide(program, "foo.secret") == .denied(Rule(.deny, .subscribeDeny, entry: 0)))
        #expect(try decide(program, "foo.x.*").rule == Rule(.deny, .subscribeDeny, entry: 1))
        let secret = program.decide(.deliver, subject: Array("foo.secret".utf8).span)
        #expect(secret == .denied(Rule(.deny, .subscribeDeny, entry: 0)))
        #expect(program.decide(.deliver, subject: Array("foo.open".utf8).span).isAllowed)
    }

    /// The truth table of queue permissions: what an entry with a group does to plain and grouped use.
    @Test(
        arguments: [
            (["foo"], nil, true), (["foo"], "v1", true), (["foo v1"], nil, false), (["foo v1"], "v1", true),
            (["foo v1"], "v2", false), (["foo", "foo v1"], nil, true), (["foo", "foo v1"], "v1", true),
            (["foo", "foo v1"], "v2", false), (["foo v1.*"], "v1.prod", true), (["foo v1.*"], "v1", false),
            (["foo >"], "anything", true), (["foo >"], nil, false), (["foo", "foo *.dev"], "v1.dev", true),
            (["foo", "foo *.dev"], "v1.prod", false),
        ] as [([String], String?, Bool)])
    func queueGroups(_ allow: [String], _ queue: String?, _ expected: Bool) throws {
        #expect(try decide(program(subscribe: Permission(allow: allow)), "foo", queue).isAllowed == expected)
    }

    @Test func plainEntriesSpeakForAGroupOnlyWhereNoGroupEntryDoes() throws {
        let program = program(subscribe: Permission(allow: ["foo.>", "foo.a v1"]))
        #expect(try decide(program, "foo.b", "v2").isAllowed)
        #expect(try !decide(program, "foo.a", "v2").isAllowed)
        #expect(try !decide(program, "foo.*", "v2").isAllowed)
        #expect(try decide(program, "foo.*", "v1").isAllowed)
    }

    @Test func aPlainDenyClosesGroupsToo() throws {
        let program = program(subscribe: Permission(allow: ["foo v1"], deny: ["foo"]))
        #expect(try !decide(program, "foo", "v1").isAllowed)
    }

    @Test func aDenyWithAGroupClosesThatGroupOnly() throws {
        let program = program(subscribe: Permission(deny: ["foo bad"]))
        #expect(try !decide(program, "foo", "bad").isAllowed)
        #expect(try decide(program, "foo", "good").isAllowed)
        #expect(try decide(program, "foo").isAllowed)
        #expect(program.needsDeliveryFilter(try Pattern("*"), queue: Array("bad".utf8)))
        #expect(!program.needsDeliveryFilter(try Pattern("*"), queue: Array("good".utf8)))
    }
}
