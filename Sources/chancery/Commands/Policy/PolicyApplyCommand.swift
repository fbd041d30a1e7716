import Administration
import ArgumentParser
import Policy

/// `chancery policy apply`
struct PolicyApplyCommand: AsyncParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Bring a set of policies into force, step by step.",
        discussion: """
            What opens comes first, what closes last, and servers have each step before the next begins: at no moment has \
            anybody more than the old and the new set together allow, or less than both. What cannot be done so is refused \
            before the first step. If it ends halfway, "chancery policy apply --resume" goes on, and "chancery policy undo" \
            goes back. An account that the set does not have any more is let go: it stays as it is, and may be edited by \
            hand.
            """)
    static let example = """
        chancery policy apply policies/plant --environment prod --account-jwt-server-url nats://127.0.0.1:4222
        chancery policy apply policies/plant --environment prod --directory-only
        """

    @OptionGroup var folder: PolicyFolder
    @Flag(help: "Go on with an apply that did not come to its end.") var resume = false
    @Flag(help: "Sign anew even what somebody revoked by hand, where the files grant it. That is recorded.")
    var force = false
    @OptionGroup var roles: PolicyRoleOptions
    @OptionGroup var delivery: PolicyDelivery
    @OptionGroup var directory: DirectoryOptions

    func run() async throws {
        if let service = try directory.service { return try run(service) }
        let place = Place(operator: directory.operatorReference)
        let open = try directory.open()
        let applier = PolicyApplier(open, deliver: delivery.deliver(open, of: place))
        if resume {
            if let plan = try await applier.resume(at: place) {
                let names = try open.read { try $0.accountNames(at: place) }
                try PolicyPlanOutput.show(plan, names: names, json: directory.json, isRest: true)
            }
            return Console.say("what was left of the apply is done")
        }
        guard let set = try folder.readOne(json: directory.json) else { return }
        var options = roles.options
        options.givesAgain = force
        let plan = try await applier.apply(set, at: place, options)
        let names = try open.read { try $0.accountNames(at: place) }
        try PolicyPlanOutput.show(plan, names: names, json: directory.json)
        Console.say("applied")
    }

    private func run(_ service: RemoteService) throws {
        guard !delivery.directoryOnly else { throw PolicyDelivery.notOfService }
        if resume {
            let policies = try RemotePolicies(service, directory.operatorReference)
            var rest: PlanAnswer?
            try policies.follow {
                let resumed = try policies.resume()
                rest = resumed.rest
                return resumed.operation
            }
            if let rest { try PolicyPlanOutput.show(rest, json: directory.json, isRest: true) }
            return Console.say("what was left of the apply is done")
        }
        guard let set = try folder.readOne(json: directory.json) else { return }
        let policies = try RemotePolicies(service, for: set, directory.operatorReference)
        let plan = try policies.plan(set.texts, roles.options)
        try policies.follow { try policies.apply(plan, insisting: force) }
        try PolicyPlanOutput.show(plan.answer, json: directory.json)
        Console.say("applied")
    }
}

/// `chancery policy undo`
struct PolicyUndoCommand: AsyncParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "undo", abstract: "Go back to what was in force before the last apply.",
        discussion: """
            Goes back in the same steps in which an apply goes forward, also from the middle of one. It goes back by one \
            apply: a second undo takes the first one back, and what was undone is in force again. The key of a role that was \
            deleted is kept for 30 days. Revocations stay.
            """)
    static let example = """
        chancery policy undo --account-jwt-server-url nats://127.0.0.1:4222
        """

    @OptionGroup var delivery: PolicyDelivery
    @OptionGroup var directory: DirectoryOptions

    func run() async throws {
        let plan: PlanAnswer
        if let service = try directory.service {
            guard !delivery.directoryOnly else { throw PolicyDelivery.notOfService }
            let policies = try RemotePolicies(service, directory.operatorReference)
            var undone: PlanAnswer?
            try policies.follow {
                let begun = try policies.undo()
                undone = begun.plan
                return begun.operation
            }
            guard let undone else { return }
            plan = undone
        } else {
            let place = Place(operator: directory.operatorReference)
            let open = try directory.open()
            let undone = try await PolicyApplier(open, deliver: delivery.deliver(open, of: place)).undo(at: place)
            plan = PlanAnswer(undone, names: try open.read { try $0.accountNames(at: place) })
        }
        try PolicyPlanOutput.show(plan, json: directory.json)
        Console.say(Self.outcome(plan))
    }

    /// What is in force now, and where another undo would lead.
    private static func outcome(_ plan: PlanAnswer) -> String {
        switch (plan.undone?.kind, plan.undone?.finished) {
        case ("undo", _):
            "undone: the last undo is taken back, and what it had taken away is in force again; "
                + "another \"chancery policy undo\" takes it away again"
        case (_, false):
            "undone: what was in force before that apply, which had not come to its end, is in force again"
        default:
            "undone: what was in force before the last apply is in force again; "
                + "another \"chancery policy undo\" brings back what was undone now"
        }
    }
}
