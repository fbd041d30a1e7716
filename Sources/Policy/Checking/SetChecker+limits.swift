// Limits and lifetimes beside the set's ceilings.

extension SetChecker {
    mutating func checkLimits(of account: PolicySet.Account) {
        let (limits, ceilings) = (account.policy.limits, manifest.ceilings)
        let compared: [(String, PolicyLimit?, PolicyLimit?)] = [
            ("connections", limits.connections, ceilings.connections),
            ("leaf_nodes", limits.leafNodes, ceilings.leafNodes),
            ("subscriptions", limits.subscriptions, ceilings.subscriptions),
            ("payload", limits.payload, ceilings.payload),
        ]
        let place = limits.position ?? account.policy.account.position
        for (name, limit, ceiling) in compared {
            if case .most(let most)? = ceiling, let limit, Self.isOver(limit, most) {
                report(
                    .overCeiling, at: place, in: account.source,
                    "\(name) is more than the set's ceiling of \(most)", remedy: "lower it, or raise the ceiling")
            }
            if limit == nil, ceiling == nil {
                report(
                    .unlimited, .warning, at: place, in: account.source,
                    "nothing limits the account's \(name)",
                    remedy: "write limits: { \(name): … }, or unlimited if that is meant")
            }
        }
        checkLifetimes(of: account)
    }

    private static func isOver(_ limit: PolicyLimit, _ ceiling: Int64) -> Bool {
        switch limit {
        case .unlimited: true
        case .most(let most): most > ceiling
        }
    }

    private mutating func checkLifetimes(of account: PolicySet.Account) {
        guard let ceiling = manifest.ceilings.lifetime else { return }
        for role in account.policy.roles {
            guard let lifetime = role.lifetime, let longest = lifetime.most ?? lifetime.usual, longest > ceiling.value
            else { continue }
            report(
                .overCeiling, at: lifetime.position, in: account.source,
                "credentials of \(role.name) may be good for longer than the set's ceiling",
                related: .init(position: ceiling.position, message: "the ceiling"))
        }
    }
}

extension PolicyProblem.Code {
    /// A limit beyond what the set allows.
    public static let overCeiling = Self("over-ceiling")
    /// A limit that nothing sets.
    public static let unlimited = Self("unlimited")
}
