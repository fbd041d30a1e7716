import Administration
import ArgumentParser
import Policy

/// `chancery policy plan`
struct PolicyPlanCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show what applying a set of policies would change, in terms of access.",
        discussion: """
            Says who gains and who loses which subjects, each with a subject as an example, whom nats-server would \
            disconnect, what was done by hand, which users go, and which accounts the set does not have any more. A set that \
            could not be applied to its end is refused. With --resume it is what "chancery policy apply --resume" would do, \
            and the folder is not looked at. Nothing is changed, and a directory that can only be read is enough.
            """)
    static let example = """
        chancery policy plan policies/plant --environment prod
        chancery policy plan policies/plant --environment prod --json
        """

    @OptionGroup var folder: PolicyFolder
    @Flag(help: "Show what is left of an apply that did not come to its end.") var resume = false
    @OptionGroup var roles: PolicyRoleOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        let place = Place(operator: directory.operatorReference)
        if resume { return try showRest(at: place) }
        guard let set = try folder.readOne(json: directory.json) else { return }
        if let service = try directory.service {
            let plan = try RemotePolicies(service, for: set, directory.operatorReference).plan(set.texts, roles.options)
            return try PolicyPlanOutput.show(plan.answer, json: directory.json)
        }
        let open = try directory.open()
        try PolicyLock.check(open, of: place)
        let (plan, names) = try open.rehearse("policy plan") { change in
            let run = try change.beginPolicy(set, at: place, roles.options)
            return (try change.plan(run), try change.reader.accountNames(at: place))
        }
        try PolicyPlanOutput.show(plan, names: names, json: directory.json)
    }

    private func showRest(at place: Place) throws {
        let rest =
            if let service = try directory.service {
                try RemotePolicies(service, directory.operatorReference).rest()
            } else {
                try directory.open().rehearse("policy plan") { try $0.planRest(at: place) }
            }
        try PolicyPlanOutput.show(rest, json: directory.json, isRest: true)
    }
}

/// What a policy may do to roles.
struct PolicyRoleOptions: ParsableArguments {
    @Flag(help: "Let roles vanish although similar ones appear.") var deleteRoles = false

    var options: PolicyOptions {
        var options = PolicyOptions()
        options.deletesRoles = deleteRoles
        return options
    }
}

extension PolicyFolder {
    /// The one set that is meant; nil after its problems were shown.
    func readOne(json: Bool) throws -> PolicySet? {
        let sets: [PolicySet]
        do { sets = try read() } catch let failure as PolicySet.Failure {
            try PolicyProblemList(failure.problems, json: json).show()
            return nil
        }
        if sets.count > 1 {
            let names = sets.compactMap(\.environment).joined(separator: ", ")
            throw ValidationError("The set has several environments: choose one with --environment: \(names).")
        }
        // What nobody may do is looked at before anything comes into force.
        let problems = sets.first?.problems(at: SystemClock.now()) ?? []
        guard !problems.contains(where: { $0.severity == .error }) else {
            try PolicyProblemList(problems, json: json).show()
            return nil
        }
        return sets.first
    }
}
