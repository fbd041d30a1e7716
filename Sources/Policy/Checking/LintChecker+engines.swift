import Claims

// What nats-server does otherwise than the file says.

extension LintChecker {
    /// A note for each difference, with its example, where the entry stands that it comes from.
    mutating func compareEngines() {
        for account in set.accounts {
            for role in account.roles.values.sorted(by: { $0.name < $1.name }) { compareEngines(role, account) }
        }
    }

    private mutating func compareEngines(_ role: CompiledRole, _ account: PolicySet.Account) {
        let differences: [EngineDifference]
        do {
            var comparison = try EngineComparison(role)
            differences = try comparison.run()
        } catch {
            return report(
                .tooLarge, at: role.policy.position, in: account,
                "what nats-server does otherwise for \(role.name) is too much to be worked out", remedy: "")
        }
        for difference in differences {
            report(
                .engineDifference, at: difference.sources.first ?? role.policy.position, in: account,
                "\(role.name): \(difference.description)", remedy: difference.kind.remedy, severity: .note)
        }
    }
}

extension EngineDifference.Kind {
    /// What to do where it matters; empty where nothing is gained or lost.
    fileprivate var remedy: String {
        switch self {
        case .widerSubscription, .narrowerSubscription: ""
        case .widerDelivery: "name the last token, or let nobody publish there, if that is too much"
        case .reply: "see that no responder may publish where an answer must not go"
        }
    }
}
