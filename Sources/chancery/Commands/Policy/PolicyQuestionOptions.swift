import Administration
import ArgumentParser
import Policy

/// Which policies a question is about, and how it is answered.
struct PolicyQuestionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder with chancery.yaml.", valueName: "folder")) var policies = "."
    @Option(text: "The environment; needed where the set has several.", as: "name") var environment: String?
    @Flag(name: [.customShort("J"), .long], help: "Answer in JSON.") var json = false

    /// The one set that is meant; nil where the files are wrong, which has been shown.
    func read() throws -> PolicySet {
        var folder = PolicyFolder()
        folder.folder = policies
        folder.environment = environment
        let sets: [PolicySet]
        do { sets = try folder.read() } catch let failure as PolicySet.Failure {
            try PolicyProblemList(failure.problems, json: json).show()
            throw ExitCode(1)
        }
        guard sets.count == 1, let set = sets.first else {
            let names = sets.compactMap(\.environment).joined(separator: ", ")
            throw ValidationError("The set has several environments: choose one with --environment: \(names).")
        }
        return set
    }

    /// An account of the set.
    static func account(_ name: String, in set: PolicySet) throws -> PolicySet.Account {
        if let account = set.account(name) { return account }
        let known = set.manifest.accounts.map(\.name.value)
        if known.contains(name) {
            throw AdministrationError(
                .notFound, "the account \(name) is managed elsewhere: the set says nothing of it",
                remedy: "name one of: \(set.accounts.map(\.policy.account.value).joined(separator: ", "))")
        }
        throw AdministrationError(
            .notFound, "the set has no account \"\(name)\"", remedy: "it has: \(known.joined(separator: ", "))")
    }
}

/// The server that answers are for.
struct EngineOption: ParsableArguments {
    @Option(
        help: ArgumentHelp("The server that the answer is for: chancery or nats-server.", valueName: "engine"),
        transform: { text in
            guard let engine = Engine(rawValue: text) else {
                throw ValidationError("\"\(text)\" is no engine: write chancery or nats-server.")
            }
            return engine
        })
    var engine = Engine.broker
}
