import AdminAPI
import Administration
import ArgumentParser
import Policy

/// `chancery policy explain`
struct PolicyExplainCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Explain why somebody may or may not do something, down to file and line.",
        discussion: """
            Signs the user in under the compiled role and asks what a broker would ask. Shows who that is, what templates \
            are filled with, what mappings make of the subject, every rule that bears on it, the one that decided, and \
            what imports and exports have to do with it. Exits with 1 if it is refused.

            Without --policies it is about what is in force: rules have their place in the files that were applied, or in the \
            claims of what no file governs.

            With --engine nats-server it says what that server does, and where it decides otherwise than the broker why.

            In place of a sentence, the name of a record in a broker's log explains the decision that was made: AZPG43672HCC/42.

            Sentences are those of tests: \(PolicySentence.summary).
            """)
    static let example = """
        chancery policy explain --as anna "publish plant.berlin.command.press.shutdown"
        chancery policy explain --policies policies/plant --environment prod --as anna "publish plant.berlin.command.press.shutdown"
        chancery policy explain --policies policies/plant --environment prod --account FACTORY --role sensor --name press-99 \
        --tag line:press "publish plant.berlin.telemetry.press.press-99.temp"
        """

    @Argument(help: ArgumentHelp("What is done.", valueName: "sentence")) var sentence: String
    @Option(
        name: .customLong("as"), text: "A user, with its account before a / where several have it.",
        as: "user")
    var user: String?
    @Option(text: "The account, for --role.", as: "name") var account: String?
    @Option(text: "Anybody in this role, instead of a user.", as: "name") var role: String?
    @Option(text: "Its name, with --role.", as: "name") var name: String?
    @Option(
        name: .customLong("tag"),
        help: ArgumentHelp("A tag of it, with --role; may be repeated.", valueName: "tag:value"))
    var tags: [String] = []
    @OptionGroup var server: EngineOption
    @OptionGroup var logs: AuditLogOptions
    @OptionGroup var options: PolicyQuestionOptions

    func validate() throws {
        if RecordName(sentence) != nil {
            guard user == nil, role == nil else { throw ValidationError("A record says itself who it was.") }
            return
        }
        if (user == nil) == (role == nil) {
            throw ValidationError("Say who: --as USER, or --account NAME --role NAME.")
        }
        if role != nil, account == nil { throw ValidationError("--role needs --account NAME.") }
        if let tag = tags.first(where: { !$0.contains(":") }) {
            throw ValidationError("\"\(tag)\" is no tag: write NAME:VALUE.")
        }
    }

    func run() throws {
        if let record = RecordName(sentence) {
            if let service = try options.service {
                let place = Place(operator: options.directory.operatorReference)
                return try RecordExplanation(record, in: logs, service, at: place).show(asJSON: options.json)
            }
            return try RecordExplanation(record, in: logs, options.directory).show(asJSON: options.json)
        }
        if let fault = PolicySentence.fault(in: sentence) { throw ValidationError("\(fault).") }
        let explanation = try options.service.map { try ask($0) } ?? ask()
        if options.json {
            try JSONOutput.line(explanation)
        } else {
            Console.data(Console.printable(explanation.description))
        }
        if !explanation.allowed { throw ExitCode(1) }
    }

    private func ask() throws -> ExplanationAnswer {
        let set = try options.read()
        let (account, subject) = try holder(in: set)
        if let fault = account.fault(in: subject) { throw ValidationError("\(fault).") }
        guard
            let explanation = try PolicyExplainer(set, account: account, at: SystemClock.now()).explain(
                subject, sentence, on: server.engine)
        else { throw ValidationError("\(options.source) has nobody of that name.") }
        return ExplanationAnswer(explanation)
    }

    private func ask(_ service: RemoteService) throws -> ExplanationAnswer {
        let holder = role.map { (role: $0, account: account ?? "", name: name, tags: tags) }
        let body = ServiceBodies.explanation(of: sentence, user: user, holder: holder, engine: server.engine.rawValue)
        return try service.post(options.path(of: service) + ":explain", body).decoded()
    }

    private func holder(in set: PolicySet) throws -> (PolicySet.Account, PolicyTest.Subject) {
        guard let role, let account else { return try set.holder(user: user ?? "", source: options.source) }
        return try set.holder(role: role, of: account, name: name, tags: tags, source: options.source)
    }
}
