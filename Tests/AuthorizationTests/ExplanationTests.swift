import Authorization
import Claims
import Testing

@Suite struct ExplanationTests {
    private func principal() throws -> Principal {
        var template = UserPermissionLimits()
        template.permissions.publish.allow = ["x", "plant.{{tag(plant)}}.>", "plant.*.cmd"]
        template.permissions.publish.deny = ["plant.*.secret"]
        template.permissions.subscribe.allow = ["plant.{{tag(plant)}}.*", "jobs w"]
        var world = World()
        world.user.limits = .scoped
        world.user.tags = ["plant:berlin", "plant:munich"]
        world.useSigningKey { .scope(UserScope(key: $0, role: "sensor", template: template)) }
        return try world.principal()
    }

    @Test func namesWhoWhatAndWhichEntries() throws {
        let principal = try principal()
        let explanation = principal.explain(.publish, subject: Array("plant.berlin.secret".utf8))
        #expect(!explanation.isAllowed && explanation.role == "sensor" && explanation.claimant.name == "alice")
        #expect(
            explanation.fillings.map(\.function) == ["tag(plant)"]
                && explanation.fillings[0].values == ["berlin", "munich"])
        #expect(explanation.ruleCount == 4 && explanation.considered.count == 2)
        let (allow, deny) = (explanation.considered[0], explanation.considered[1])
        #expect(allow.rule.text == "plant.{{tag(plant)}}.>" && allow.filled == ["plant.berlin.>"] && !allow.isDeciding)
        #expect(deny.isDeciding && deny.relation == .fits && deny.rule == explanation.decided)
        // The entry is the template's, under the key of its scope.
        #expect(allow.rule.pointer?.hasPrefix("/nats/signing_keys/A") == true)
        #expect(allow.rule.pointer?.hasSuffix("/template/pub/allow/1") == true)
        #expect(explanation.description.contains("> /nats/signing_keys/"))
    }

    @Test func decisionsNameTheTemplatesEntry() throws {
        let principal = try principal()
        let decision = principal.permissions.decide(.publish, "plant.munich.t")
        #expect(decision == .allowed(Rule(.allow, .publishAllow, entry: 1)))
        let mapping = DecisionExplanation.Mapping(typed: "m.t", source: "m.*", destination: "plant.munich.$1")
        let explanation = principal.explain(
            .publish, subject: Array("plant.munich.t".utf8), decision: decision, mapping: mapping)
        #expect(explanation.mapping == mapping && explanation.decided.text == "plant.{{tag(plant)}}.>")
        #expect(explanation.description.contains("\"m.t\" was mapped by \"m.*\""))
    }

    @Test func subscriptionsShowOverlapsAndGroups() throws {
        let principal = try principal()
        let wide = principal.explain(.subscribe, subject: Array("plant.>".utf8))
        #expect(!wide.isAllowed && wide.decided.rule.effect == .noAllow)
        #expect(wide.considered.map(\.relation) == [.overlaps])
        #expect(wide.considered[0].filled == ["plant.berlin.*", "plant.munich.*"])
        let group = principal.explain(.subscribe, subject: Array("jobs".utf8), queue: Array("other".utf8))
        #expect(group.decided.rule.effect == .queue && group.considered.map(\.relation) == [.otherGroup])
        #expect(group.considered[0].isDeciding)
    }
}
