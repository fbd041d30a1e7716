import Administration
import Policy

/// A plan, or a difference between sets, for people or as JSON.
enum PolicyPlanOutput {
    /// - Parameter isRest: whether it is what is left of an apply that was begun.
    static func show(_ plan: PolicyPlan, names: [String: String], json: Bool, isRest: Bool = false) throws {
        try show(PlanAnswer(plan, names: names), json: json, isRest: isRest)
    }

    static func show(_ plan: PlanAnswer, json: Bool, isRest: Bool = false) throws {
        if json { return try JSONOutput.line(plan) }
        for door in plan.open_doors {
            Console.warn("open door: \(door.account.map { "\($0): " } ?? "")\(door.what)")
        }
        if !plan.governed_elsewhere.isEmpty {
            let names = plan.governed_elsewhere
            let shown =
                names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
            Console.warn(
                "other sets go on governing \(shown); to let go of an account, apply a set that calls it managed elsewhere "
                    + "and has no files")
        }
        if let name = plan.system_account {
            Console.warn(
                "\(name) is the system account, and a file takes hold of it: what the file does not say goes, such as the "
                    + "exports by which accounts learn about themselves ($SYS.ACCOUNT.*.>, $SYS.REQ.ACCOUNT.*.*) and what "
                    + "its users without a role may; to leave it as it is, write \(name): managed elsewhere")
        }
        for item in plan.interruptions { Console.warn(item.text) }
        for circle in plan.circles { Console.warn(circle.text) }
        guard !plan.changesNothing else {
            let why =
                plan.undone == nil ? "what is in force is what the files say" : "what was there before was the same"
            return Console.data(isRest ? "Nothing is left that changes anything." : "Nothing changes: \(why).")
        }
        for account in plan.new_accounts { Console.data("\(account): the account is made") }
        show(plan.drift, title: "Done by hand, and taken back")
        show(plan.changes, title: "What changes", cuts: plan.cut_by_nats_server)
        for user in plan.users {
            let fate = user.role.map { "is of the role \($0)" } ?? "goes"
            let revoked =
                user.revoked ? ", and the credentials that are out are revoked: whoever has them is cut off" : ""
            let reason = user.reason.map { " (\($0))" } ?? ""
            Console.data(Console.printableLine("\(user.account): the user \(user.name) \(fate)\(revoked)\(reason)"))
        }
        for item in plan.given_again {
            Console.data(
                "\(item.account): the \(item.kind) \(item.subject) was revoked by hand for \(item.importer), and is given "
                    + "again: an apply does that with --force only")
        }
        for request in plan.requested {
            Console.data(
                "\(request.account): requested: the \(request.kind) \(request.subject) of "
                    + "\(request.exporter) waits until that account grants it")
        }
        for left in plan.left {
            Console.data("\(left.account): left as it is: \(left.what.joined(separator: ", "))")
        }
        if let text = plan.emptiedText { Console.data(Console.printableLine(text)) }
        guard !plan.steps.isEmpty else { return Console.data("No token changes.") }
        Console.data("Steps, each of which servers have before the next:")
        for step in plan.steps {
            let words = ApplyStep(rawValue: step.step)?.description ?? String(step.step)
            Console.data("  \(words) (\(step.accounts.joined(separator: ", ")))")
        }
    }

    /// Differences by account and holder, role by role with those whom nats-server disconnects.
    static func show(_ changes: [ChangeAnswer], title: String?, cuts: [PlanAnswer.Cut] = []) {
        guard !changes.isEmpty || !cuts.isEmpty else { return }
        if let title { Console.data(title + ":") }
        var rest = cuts
        func showCut(of holder: String) {
            guard let index = rest.firstIndex(where: { "\($0.account), role \($0.role)" == holder }) else { return }
            show(rest.remove(at: index))
        }
        let byHolder = Dictionary(grouping: changes) { "\($0.account), \($0.holder)" }
        var shown: Set<String> = []
        for holder in changes.map({ "\($0.account), \($0.holder)" }) where shown.insert(holder).inserted {
            Console.data("  " + Console.printableLine(holder))
            for change in byHolder[holder, default: []] {
                for (number, line) in change.text.enumerated() {
                    Console.data("    " + Console.printableLine(line + (number == 0 ? places(of: change) : "")))
                }
            }
            showCut(of: holder)
        }
        for cut in rest {
            Console.data("  " + Console.printableLine("\(cut.account), role \(cut.role)"))
            show(cut)
        }
    }

    /// Where the rules stand that make the difference; nothing where no file says them.
    private static func places(of change: ChangeAnswer) -> String {
        func text(_ places: [String]) -> String {
            let more = places.count > 3 ? " and \(places.count - 3) more" : ""
            return places.prefix(3).joined(separator: ", ") + more
        }
        let parts = [
            change.sources.isEmpty ? nil : text(change.sources),
            change.former_sources.isEmpty ? nil : "before: " + text(change.former_sources),
        ].compactMap(\.self)
        return parts.isEmpty ? "" : " (\(parts.joined(separator: "; ")))"
    }

    static func showJSON(_ changes: [ChangeAnswer]) throws {
        for change in changes { try JSONOutput.line(change) }
    }

    /// The embedded broker cuts nobody when a role changes.
    private static func show(_ cut: PlanAnswer.Cut) {
        let shown = cut.users.prefix(5).joined(separator: ", ")
        let more = cut.users.count > 5 ? " and \(cut.users.count - 5) more" : ""
        Console.data("    " + Console.printableLine("on nats-server \(cut.users.count) are cut off: \(shown)\(more)"))
    }
}
