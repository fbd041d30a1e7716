import Claims

/// Builds the six tables of a program under one seed, so that a subject is cut into hashed tokens only once.
struct ProgramBuilder {
    private let publishAllow: RuleTableBuilder
    private let publishDeny: RuleTableBuilder
    private let plainAllow: RuleTableBuilder
    private let groupAllow: RuleTableBuilder
    private let plainDeny: RuleTableBuilder
    private let groupDeny: RuleTableBuilder
    private let groupEntries: [RuleEntry]
    private let steps: [Int]

    typealias Lists = (allow: [RuleEntry], deny: [RuleEntry])

    init(publish: Lists, subscribe: Lists, remaining: inout Int) throws(ProgramFault) {
        publishAllow = try RuleTableBuilder(publish.allow, list: .publishAllow, remaining: &remaining)
        publishDeny = try RuleTableBuilder(publish.deny, list: .publishDeny, remaining: &remaining)
        groupEntries = subscribe.allow.filter { $0.queue != nil }
        plainAllow = try RuleTableBuilder(
            subscribe.allow.filter { $0.queue == nil }, list: .subscribeAllow, remaining: &remaining)
        groupAllow = try RuleTableBuilder(groupEntries, list: .subscribeAllow, remaining: &remaining)
        plainDeny = try RuleTableBuilder(
            subscribe.deny.filter { $0.queue == nil }, list: .subscribeDeny, remaining: &remaining)
        groupDeny = try RuleTableBuilder(
            subscribe.deny.filter { $0.queue != nil }, list: .subscribeDeny, remaining: &remaining)
        var steps: [Int] = []
        for builder in [publishAllow, publishDeny, plainAllow, groupAllow, plainDeny, groupDeny] {
            steps.append(try builder.maximumSteps())
        }
        self.steps = steps
    }

    var maximumSteps: Int { steps.max() ?? 0 }

    /// Nil where tokens crowd under every seed.
    func build(_ permissions: Permissions) -> (PublishRules, SubscribeRules, seed: UInt64)? {
        for seed in ProgramLimits.seeds {
            guard let publishAllow = table(publishAllow, 0, seed), let publishDeny = table(publishDeny, 1, seed),
                let plainAllow = table(plainAllow, 2, seed), let groupAllow = table(groupAllow, 3, seed),
                let plainDeny = table(plainDeny, 4, seed), let groupDeny = table(groupDeny, 5, seed)
            else { continue }
            let isRestricted = !permissions.publish.allow.isEmpty || permissions.response != nil
            let publish = PublishRules(isRestricted: isRestricted, allow: publishAllow, deny: publishDeny)
            let subscribe = SubscribeRules(
                isRestricted: !permissions.subscribe.allow.isEmpty, plainAllow: plainAllow, groupAllow: groupAllow,
                plainDeny: plainDeny, groupDeny: groupDeny, groupEntries: groupEntries)
            return (publish, subscribe, seed)
        }
        return nil
    }

    private func table(_ builder: RuleTableBuilder, _ number: Int, _ seed: UInt64) -> RuleTable? {
        // Only of entries with groups and of denied subjects is it asked what else there is.
        builder.table(seed: seed, enumeratesLiterals: number >= 3, maximumSteps: steps[number])
    }
}

/// The publish lists of a role.
struct PublishRules: Sendable {
    /// Whether there is an allow list at all; without one everything is allowed that is not denied.
    let isRestricted: Bool
    let allow: RuleTable
    let deny: RuleTable

    func decide(_ subject: Span<UInt8>, seed: UInt64, _ fillings: Fillings) -> Decision {
        let tokens = SubjectTokens(subject, seed: seed)
        var rule = Rule(.unrestricted)
        if isRestricted {
            let entry = allow.match(subject, tokens, fillings)
            guard entry >= 0 else { return .denied(Rule(.noAllow, .publishAllow)) }
            rule = Rule(.allow, .publishAllow, entry: entry)
        }
        guard !deny.isEmpty else { return .allowed(rule) }
        let denied = deny.match(subject, tokens, fillings)
        return denied >= 0 ? .denied(Rule(.deny, .publishDeny, entry: denied)) : .allowed(rule)
    }
}
