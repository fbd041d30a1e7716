// What roles were called before: each old name is taken over once, and by somebody else.

extension SetChecker {
    mutating func checkOldNames(of account: PolicySet.Account) {
        var takers: [String: RolePolicy] = [:]
        var was: [String: String] = [:]
        for role in account.policy.roles {
            guard let old = role.was else { continue }
            if old.value == role.name {
                report(
                    .conflict, at: old.position, in: account.source, "\(role.name) is what the role is called now",
                    remedy: "write the name that it had before, or take was out")
                continue
            }
            if let other = takers[old.value] {
                report(
                    .conflict, at: old.position, in: account.source,
                    "\(role.name) and \(other.name) cannot both have been \(old.value): a role goes on as one",
                    remedy: "take was out of one of them, which then is a new role",
                    related: other.was.map { .init(position: $0.position, message: "the other one") })
                continue
            }
            takers[old.value] = role
            was[role.name] = old.value
        }
        checkCircles(takers, was, in: account)
    }

    /// Names that go round: what was applied once would be so again each time.
    private mutating func checkCircles(
        _ takers: [String: RolePolicy], _ was: [String: String], in account: PolicySet.Account
    ) {
        var seen: Set<String> = []
        for role in account.policy.roles where was[role.name] != nil && !seen.contains(role.name) {
            var circle: [String] = []
            var next: String? = role.name
            while let name = next, seen.insert(name).inserted {
                circle.append(name)
                next = was[name]
            }
            guard let start = next, let first = circle.firstIndex(of: start), let old = takers[start]?.was else {
                continue
            }
            let names = circle[first...].sorted().joined(separator: " and ")
            report(
                .conflict, at: old.position, in: account.source, "the roles \(names) cannot change names in a circle",
                remedy: "give one of them a name that is new, and apply that first")
        }
    }
}
