import Authorization
import Claims
import Testing

/// Rule sets and values that are made to cost much: compiled in bounded time, or refused with a reason.
@Suite struct HostileRulesTests {
    private func compile(_ allow: [String], account: PermissionTemplate.Values? = nil) throws -> PermissionProgram {
        try PermissionProgram(
            Permissions(publish: Permission(allow: allow), subscribe: Permission(allow: allow)), account: account)
    }

    /// Twenty rules of twenty tokens, each with wildcards elsewhere: a product of automata would have millions of states.
    @Test func twentyRulesOfTwentyTokens() throws {
        let rules = (0..<20).map { rule in
            (0..<20).map { ($0 + rule) % 3 == 0 || $0 == rule ? "*" : "t" }.joined(separator: ".")
        }
        let program = try compile(rules)
        #expect(program.maximumSteps < 1000)
        let permissions = try EffectivePermissions(program)
        #expect(permissions.decide(.publish, [String](repeating: "t", count: 20).joined(separator: ".")).isAllowed)
        #expect(!permissions.decide(.publish, [String](repeating: "u", count: 20).joined(separator: ".")).isAllowed)
    }

    @Test func manyRulesBehindWildcards() throws {
        let program = try compile((0..<5000).map { "*.*.*.x\($0)" })
        #expect(program.maximumSteps < 16)
        #expect(try EffectivePermissions(program).decide(.publish, "a.b.c.x4999").rule.entry == 4999)
    }

    /// Every way of writing `a` or `*` twelve times, and a token that no subject ends in.
    @Test func rulesThatMultiplyStepsAreRefused() throws {
        func rules(_ tokens: Int) -> [String] {
            (0..<(1 << tokens)).map { bits in
                (0..<tokens).map { bits >> $0 & 1 == 0 ? "a" : "*" }.joined(separator: ".") + ".z"
            }
        }
        #expect(try compile(rules(10)).maximumSteps <= ProgramLimits.maximumSteps)
        #expect(throws: ProgramFault.tooManySteps(list: .publishAllow)) { try compile(rules(12)) }
    }

    @Test func rulesPastTheBoundsAreRefused() throws {
        #expect(throws: ProgramFault.tooManySteps(list: .publishAllow)) {
            try compile([[String](repeating: "a", count: 100_000).joined(separator: ".")])
        }
        #expect(throws: ProgramFault.tokenTooLong) {
            try compile([String](repeating: String(repeating: "a", count: 40_000), count: 2))
        }
        let wide = (0..<40).map { row in (0..<10_000).map { "r\(row).c\($0).x" } }.joined()
        #expect(throws: ProgramFault.tooManyTokens) { try compile(Array(wide)) }
        #expect(throws: ProgramFault.tooManyFunctions) {
            try compile((0..<300).map { "{{tag(t\($0))}}" }, account: PermissionTemplate.Values())
        }
    }

    @Test func aScopePastTheBoundsAdmitsNobody() throws {
        var template = UserPermissionLimits()
        template.permissions.publish.allow = [[String](repeating: "a", count: 5000).joined(separator: ".")]
        var world = World()
        world.user.limits = .scoped
        world.useSigningKey { .scope(UserScope(key: $0, role: "r", template: template)) }
        #expect(try world.refusal() == .permissionsTooComplex)
        var own = World()
        own.user.limits.permissions = template.permissions
        #expect(try own.refusal() == .permissionsTooComplex)
    }

    /// Tokens with one hash under a seed are told apart by their bytes, and crowded tables are built under another seed.
    @Test func manyTokensAlike() throws {
        let rules = (0..<20_000).map { "device-\(String(repeating: "0", count: 20))\($0)-temperature" }
        let permissions = try EffectivePermissions(compile(rules))
        for number in stride(from: 0, to: 20_000, by: 997) {
            #expect(permissions.decide(.publish, rules[number]).rule.entry == Int32(number))
            #expect(!permissions.decide(.publish, rules[number] + "x").isAllowed)
        }
    }

    /// Values that fit in many ways: all combinations are tried, and no more than there are.
    @Test func ambiguousValues() throws {
        var user = PermissionTemplate.Values()
        user.tags =
            (1...15).map { "a:" + String(repeating: "x", count: $0) }
            + (1...15).map { "b:" + String(repeating: "x", count: $0) }
        let program = try compile(["{{tag(a)}}{{tag(b)}}.{{tag(a)}}"], account: user)
        let permissions = try EffectivePermissions(program, user: user)
        let x = { (count: Int) in String(repeating: "x", count: count) }
        #expect(permissions.decide(.publish, x(30) + "." + x(15)).isAllowed)
        #expect(!permissions.decide(.publish, x(30) + "." + x(14)).isAllowed)
        #expect(!permissions.decide(.publish, x(31) + "." + x(15)).isAllowed)
        #expect(permissions.decide(.publish, x(2) + "." + x(1)).isAllowed)
    }

    /// Each template behind one token is a step of its own, so more of them than steps are refused when they are read.
    @Test func manyTemplatesBehindOneToken() throws {
        #expect(throws: ProgramFault.tooManySteps(list: .publishAllow)) {
            try compile((0..<40_000).map { "x.{{tag(a)}}\($0)" }, account: PermissionTemplate.Values())
        }
    }

    /// What trying combinations of values costs is part of the stated bound.
    @Test func joinedTemplatesCount() throws {
        let plain = try compile(["{{tag(a)}}.{{tag(b)}}.z"], account: PermissionTemplate.Values())
        let joined = try compile(["{{tag(a)}}{{tag(b)}}.z"], account: PermissionTemplate.Values())
        #expect(plain.maximumSteps < 16)
        #expect(joined.maximumSteps >= ProgramLimits.maximumExpansions)
    }

    /// One SUB that meets thousands of entries of other groups, each of which takes long to look for.
    @Test func groupEntriesThatTakeLongAreNotAllLookedAt() throws {
        let ways = (0..<512).map { bits in
            (0..<9).map { bits >> $0 & 1 == 0 ? "a" : "*" }.joined(separator: ".")
        }
        let allow =
            ways.map { "a.\($0).z x" } + (0..<200).map { "a.a.a.a.a.a.a.a.a.a.l\($0) x" } + ["a.> q2", ">"]
        let permissions = try EffectivePermissions(
            PermissionProgram(Permissions(publish: Permission(), subscribe: Permission(allow: allow))))
        #expect(permissions.program.maximumSteps > 2000)
        #expect(permissions.decide(.subscribe, "a.>", "q2").isAllowed)
        // Would be allowed in the end; more steps than a subscription may take are not taken to find out.
        #expect(!permissions.decide(.subscribe, ">", "q2").isAllowed)
        let few = try EffectivePermissions(
            PermissionProgram(
                Permissions(publish: Permission(), subscribe: Permission(allow: Array(allow.suffix(20))))))
        #expect(few.decide(.subscribe, ">", "q2").isAllowed)
    }

    /// A client may call its group `>`; then a rule has to name all that this could be.
    @Test func groupsThatLookLikePatterns() throws {
        let allowing = try EffectivePermissions(
            PermissionProgram(
                Permissions(publish: Permission(), subscribe: Permission(allow: ["b *", "c >", "d q.*"]))))
        #expect(!allowing.decide(.subscribe, "b", ">").isAllowed && allowing.decide(.subscribe, "b", "*").isAllowed)
        #expect(allowing.decide(.subscribe, "c", ">").isAllowed && allowing.decide(.subscribe, "c", "q.>").isAllowed)
        #expect(!allowing.decide(.subscribe, "d", "q.>").isAllowed && allowing.decide(.subscribe, "d", "q.x").isAllowed)
        let denying = try EffectivePermissions(
            PermissionProgram(Permissions(publish: Permission(), subscribe: Permission(deny: ["> *"]))))
        #expect(denying.decide(.subscribe, "b", ">").isAllowed && !denying.decide(.subscribe, "b", "q").isAllowed)
    }

    /// Ten thousand entries with groups on overlapping subjects: refused rather than compared for long.
    @Test func manyGroupEntries() throws {
        let allow = (0..<8000).map { "jobs.\($0).> g\($0 % 7)" } + ["jobs.>"]
        let permissions = try EffectivePermissions(compile(allow))
        #expect(permissions.decide(.subscribe, "jobs.5.>", "g5").isAllowed)
        #expect(!permissions.decide(.subscribe, "jobs.5.>", "other").isAllowed)
        #expect(permissions.decide(.subscribe, "jobs.>").isAllowed)
        #expect(!permissions.decide(.subscribe, "jobs.>", "g1").isAllowed)
        #expect(permissions.decide(.subscribe, "jobs.x.>", "g1").isAllowed)
    }

    @Test func oddBytesAreJustBytes() throws {
        let permissions = try program(publish: Permission(allow: ["a.\u{1}.b", "\u{FFFD}"]))
        let subject: [UInt8] = [0xFF, 0xFE, 0x2E, 0x00]
        #expect(!permissions.decide(.publish, subject: subject.span).isAllowed)
        #expect(permissions.decide(.publish, "a.\u{1}.b").isAllowed)
        #expect(!permissions.decide(.publish, subject: [UInt8]().span).isAllowed)
        #expect(!permissions.decide(.publish, String(repeating: ".", count: 5000)).isAllowed)
    }
}
