import Claims
import NKeys
import Policy

extension Change {
    /// What is left of the apply or the undo under an operator that did not come to its end.
    ///
    /// - Throws: an error of code `notFound` where there is none.
    public func planRest(at place: Place) throws -> PlanAnswer {
        guard let run = try reader.unfinishedPolicyRun(of: reader.operator(at: place)) else {
            throw AdministrationError(
                .notFound, "no apply is unfinished",
                remedy: "see what a set would change with \"chancery policy plan FOLDER\"")
        }
        return PlanAnswer(try planRest(of: run), names: try reader.accountNames(at: place))
    }

    /// What is left of a run that was begun: what changes from what servers have of it, what somebody did by hand since, and
    /// the steps that are to come. Whose credentials are revoked in the last one is told as it was at first.
    public func planRest(of run: PolicyRun) throws -> PolicyPlan {
        var plan = try plan(run)
        (plan.changes, plan.drift, plan.cuts, plan.newAccounts) = ([], [], [], [])
        let entry = try reader.operator(EntityReference(run.operatorKey))
        let names = Dictionary(
            try reader.accounts(of: entry).map { ($0.publicKey.text, $0.name) }, uniquingKeysWith: { first, _ in first }
        )
        let finder = SourceFinder(reader, names)
        let course = try run.course(reader)
        let exports = ExportsFinder(reader, course)
        for (key, target) in run.target.accounts.sorted(by: { $0.value.name < $1.value.name }) {
            guard let account = try EntityReference(key).publicKey.flatMap({ try reader.accountEntry($0) }) else {
                continue
            }
            let present = try reader.presentState(of: account)
            var delivered = present
            if run.stored != run.confirmed {
                delivered.claims = try course.claims(of: key, after: run.confirmed)?.json() ?? present.claims
            }
            func access(
                _ state: GovernedState, _ exports: (String) throws -> [Export]?
            ) throws -> AccountAccess {
                try state.access(subject: key, names: names, finder: finder, exports: exports)
            }
            func byHand(since claims: AccountClaims?) throws -> [AccessChange] {
                var reached = present
                reached.claims = try claims?.json() ?? present.claims
                return try changes(
                    from: access(reached.agreeing(present, target, subject: key), exports.now),
                    to: access(present, exports.now))
            }
            var drift = try byHand(since: course.claims(of: key, after: run.stored))
            // In the middle of the switch an account may have been in earlier waves, which are not noted.
            if run.next == .switch, course.waves.count > 1 {
                for wave in course.waves.indices where !drift.isEmpty {
                    let switched = try byHand(since: course.claims(of: key, in: wave))
                    if switched.count < drift.count { drift = switched }
                }
            }
            plan.drift += drift
            if !drift.isEmpty, let next = run.next { plan.add(target.name, to: next) }
            plan.changes += try changes(
                from: access(delivered, exports.now), to: access(target, exports.afterwards),
                renamed: Self.renamed(delivered, target))
            try addCuts(account, present, target, key, &plan)
            if run.stored != .narrow { plan.addGoverning(present, target, run, finder) }
        }
        if run.stored.map({ $0 >= .switch }) ?? false { plan.givenAgain = [] }
        if let confirmed = run.confirmed { plan.steps.removeAll { $0.step <= confirmed } }
        return plan
    }
}

extension PolicyPlan {
    /// An account whose token a step changes besides.
    fileprivate mutating func add(_ account: String, to step: ApplyStep) {
        if let index = steps.firstIndex(where: { $0.step == step }) {
            if !steps[index].accounts.contains(account) { steps[index].accounts.append(account) }
        } else {
            steps.append((step, [account]))
            steps.sort { $0.step < $1.step }
        }
    }
}
