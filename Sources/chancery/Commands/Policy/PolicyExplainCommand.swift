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

            Sentences are those of tests: publish S [reply R], request S, subscribe P [queue Q], receive S [queue Q], reply to S, \
            connect [from IP] [at TIME] [as TYPE], get|put BUCKET KEY, next STREAM/CONSUMER.
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
    }

    func run() throws {
        if let record = RecordName(sentence) {
            return try RecordExplanation(record, in: logs, options.directory).show(asJSON: options.json)
        }
        let set = try options.read()
        let (account, subject) = try holder(in: set)
        guard
            let explanation = try PolicyExplainer(set, account: account, at: SystemClock.now()).explain(
                subject, sentence, on: server.engine)
        else {
            throw ValidationError(
                "\"\(sentence)\" is no sentence: write publish S [reply R], request S, subscribe P [queue Q], "
                    + "receive S [queue Q], reply to S, or connect [from IP] [at HH:MM] [as KIND].")
        }
        if options.json {
            try JSONOutput.line(Explained(explanation))
        } else {
            Console.data(Console.printable(explanation.description))
        }
        if !explanation.isAllowed { throw ExitCode(1) }
    }

    private func holder(in set: PolicySet) throws -> (PolicySet.Account, PolicyTest.Subject) {
        if let role, let account {
            let found = try options.account(account, in: set)
            guard found.policy.roles.contains(where: { $0.name == role }) else {
                throw AdministrationError(
                    .notFound, "\(account) has no role \"\(role)\"",
                    remedy: "it has: \(found.policy.roles.map(\.name).joined(separator: ", "))")
            }
            var values: [String: String] = [:]
            for tag in tags {
                guard let colon = tag.firstIndex(of: ":") else {
                    throw ValidationError("\"\(tag)\" is no tag: write NAME:VALUE.")
                }
                values[String(tag[..<colon])] = String(tag[tag.index(after: colon)...])
            }
            return (found, .holder(role: role, name: name ?? "someone", tags: values))
        }
        let user = user ?? ""
        let parts = user.split(separator: "/", maxSplits: 1).map(String.init)
        let wanted = parts.count == 2 ? parts[1] : user
        let found = set.accounts.filter { account in
            (parts.count < 2 || account.policy.account.value == parts[0])
                && account.policy.users.contains { $0.name == wanted }
        }
        guard found.count < 2 else {
            let names = found.map { "\($0.policy.account.value)/\(wanted)" }.joined(separator: ", ")
            throw AdministrationError(
                .invalidValue, "several accounts have a user \"\(wanted)\"", remedy: "write one of: \(names)")
        }
        guard let account = found.first else {
            let known = set.accounts.flatMap { account in account.policy.users.map(\.name) }
            throw AdministrationError(
                .notFound, "\(options.source) has no user \"\(user)\"",
                remedy: known.isEmpty
                    ? "ask about a role: --account NAME --role NAME"
                    : "there are: \(known.prefix(20).joined(separator: ", "))")
        }
        return (account, .user(wanted))
    }

    private struct Explained: Encodable {
        struct Rule: Encodable {
            var deciding: Bool
            var filled: [String]
            var list: String
            var places: [String]
            var relation: String
            var text: String
        }

        struct Decision: Encodable {
            var allowed: Bool
            var because: String?
            var question: String
            var reason: String
            var rules: [Rule]
        }

        struct Crossing: Encodable {
            var place: String?
            var text: String
        }

        var account: String
        var allowed: Bool
        var crossings: [Crossing]
        var decisions: [Decision]
        var engine: String
        var environment: String?
        var reason: String
        var role: String
        var sentence: String
        var user: String
        var values: [String: [String]]

        init(_ explanation: PolicyExplanation) {
            account = explanation.account
            allowed = explanation.isAllowed
            crossings = explanation.crossings.map { Crossing(place: $0.position?.description, text: $0.text) }
            decisions = explanation.decisions.map { decision in
                Decision(
                    allowed: decision.isAllowed, because: decision.because, question: decision.question,
                    reason: decision.reason,
                    rules: decision.considered.map { rule in
                        Rule(
                            deciding: rule.isDeciding, filled: rule.filled, list: rule.list,
                            places: rule.sources.map(\.description), relation: rule.relation, text: rule.text)
                    })
            }
            engine = explanation.engine.rawValue
            environment = explanation.environment
            reason = explanation.reason
            role = explanation.role
            sentence = explanation.sentence
            user = explanation.user
            values = Dictionary(
                explanation.fillings.map { ($0.function, $0.values) }, uniquingKeysWith: { one, _ in one })
        }
    }
}
