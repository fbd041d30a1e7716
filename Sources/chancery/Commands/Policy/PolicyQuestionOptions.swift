import Administration
import ArgumentParser
import Policy

/// Which policies a question is about, and how it is answered.
struct PolicyQuestionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder with chancery.yaml; without it the question is about what is in force in the directory.",
            valueName: "folder"))
    var policies: String?
    @Option(text: "The environment of the folder; needed where it has several.", as: "name") var environment: String?
    @OptionGroup var directory: DirectoryOptions

    var json: Bool { directory.json }

    func validate() throws {
        if environment != nil, policies == nil {
            throw ValidationError("--environment is for --policies: what is in force is that of one environment.")
        }
    }

    /// The service to ask; nil where the question is about files, or about a directory on this machine.
    var service: RemoteService? {
        get throws { policies == nil ? try directory.service : nil }
    }

    /// Where a service is asked about policies.
    func path(of service: RemoteService) throws -> String {
        try service.policies(directory.operatorReference)
    }

    /// The one set that is meant.
    ///
    /// - Throws: `ExitCode` where the files are wrong, which has been shown.
    func read() throws -> PolicySet {
        guard let policies else {
            let place = Place(operator: directory.operatorReference)
            return try directory.open().read { try $0.policySetInForce(at: place, now: SystemClock.now()) }
        }
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

    /// What the set is called in answers.
    var source: String { policies == nil ? "the directory" : "the set" }
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
