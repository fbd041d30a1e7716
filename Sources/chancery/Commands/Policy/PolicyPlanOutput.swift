import Administration
import Policy

/// A plan, or a difference between sets, for people or as JSON.
enum PolicyPlanOutput {
    private struct Change: Encodable {
        var account: String
        var holder: String
        var action: String
        var effect: String
        var lines: [String]
        var witness: String?
        var before: String?
        var after: String?

        init(_ change: AccessChange) {
            (account, holder, action) = (change.account, change.holder, change.action)
            switch change.effect {
            case .gains(let given): (effect, lines, witness) = ("gains", given.lines, given.witness)
            case .loses(let given): (effect, lines, witness) = ("loses", given.lines, given.witness)
            case .becomes(let old, let new): (effect, lines, before, after) = ("becomes", [], old, new)
            }
        }
    }

    private struct Plan: Encodable {
        struct Cut: Encodable {
            var account: String
            var role: String
            var users: [String]
        }
        struct User: Encodable {
            var account: String
            var name: String
            var role: String?
            var revoked: Bool
        }
        struct Request: Encodable {
            var account: String
            var exporter: String
            var kind: String
            var subject: String
        }
        struct Step: Encodable {
            var step: Int
            var accounts: [String]
        }

        var changes: [Change]
        var cut_by_nats_server: [Cut]
        var drift: [Change]
        var new_accounts: [String]
        var requested: [Request]
        var steps: [Step]
        var users: [User]
    }

    static func show(_ plan: PolicyPlan, names: [String: String], json: Bool) throws {
        if json { return try JSONOutput.line(answer(plan, names)) }
        guard !plan.isEmpty || !plan.drift.isEmpty || !plan.requests.isEmpty else {
            return Console.data("Nothing changes: what is in force is what the files say.")
        }
        for account in plan.newAccounts { Console.data("\(account): the account is made") }
        show(plan.drift, title: "Done by hand, and taken back")
        show(plan.changes, title: "What changes")
        for user in plan.users {
            let fate = user.role.map { "is of the role \($0)" } ?? "goes"
            let revoked = user.isRevoked ? ", and the credentials that are out are revoked" : ""
            Console.data("\(user.account): the user \(user.name) \(fate)\(revoked)")
        }
        showCuts(plan.cuts)
        for request in plan.requests {
            Console.data(
                "\(names[request.importer] ?? request.importer): requested: the \(request.kind) \(request.subject) of "
                    + "\(request.exporter) waits until that account grants it")
        }
        for (account, what) in plan.leaves {
            Console.data("\(account): left as it is: \(what.joined(separator: ", "))")
        }
        guard !plan.steps.isEmpty else { return Console.data("No token changes.") }
        Console.data("Steps, each of which servers have before the next:")
        for (step, accounts) in plan.steps { Console.data("  \(step) (\(accounts.joined(separator: ", ")))") }
    }

    /// Differences by account and holder.
    static func show(_ changes: [AccessChange], title: String?) {
        guard !changes.isEmpty else { return }
        if let title { Console.data(title + ":") }
        var last = ""
        for change in changes {
            let holder = "\(change.account), \(change.holder)"
            if holder != last { Console.data("  " + Console.printableLine(holder)) }
            last = holder
            for line in change.lines { Console.data("    " + Console.printableLine(line)) }
        }
    }

    static func showJSON(_ changes: [AccessChange]) throws {
        for change in changes { try JSONOutput.line(Change(change)) }
    }

    private static func showCuts(_ cuts: [PolicyPlan.Cut]) {
        guard !cuts.isEmpty else { return }
        Console.data("nats-server disconnects the holders of roles that change; the embedded broker cuts nobody:")
        for cut in cuts {
            let shown = cut.users.prefix(5).joined(separator: ", ")
            let more = cut.users.count > 5 ? " and \(cut.users.count - 5) more" : ""
            Console.data("  \(cut.account), role \(cut.role): \(cut.users.count) (\(shown)\(more))")
        }
    }

    private static func answer(_ plan: PolicyPlan, _ names: [String: String]) -> Plan {
        Plan(
            changes: plan.changes.map { Change($0) },
            cut_by_nats_server: plan.cuts.map { .init(account: $0.account, role: $0.role, users: $0.users) },
            drift: plan.drift.map { Change($0) }, new_accounts: plan.newAccounts,
            requested: plan.requests.map {
                .init(
                    account: names[$0.importer] ?? $0.importer, exporter: $0.exporter, kind: $0.kind,
                    subject: $0.subject)
            },
            steps: plan.steps.map { .init(step: $0.step.rawValue, accounts: $0.accounts) },
            users: plan.users.map { .init(account: $0.account, name: $0.name, role: $0.role, revoked: $0.isRevoked) })
    }
}
