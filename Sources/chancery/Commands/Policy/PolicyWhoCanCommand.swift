import AdminAPI
import Administration
import ArgumentParser
import Claims
import Policy

/// `chancery policy who-can`
struct PolicyWhoCanCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "who-can", abstract: "List everybody who can publish on a subject of an account, or receive it.",
        discussion: """
            Follows mappings, imports, streams, answers and queue groups, in every account of the set. Each line says who, by \
            which way, and a subject for which it holds; --chain shows every step with its file and line. "every holder" \
            means whoever has the role, and a name that it holds for who is called so. "at most" means that it could not be \
            ruled out. Without --policies it is about what is in force. A set with streams is judged by nats-server's rules, whatever \
            --engine says: no other server has streams.
            """)
    static let example = """
        chancery policy who-can "plant.*.secret.>" receive --account FACTORY
        chancery policy who-can "plant.*.secret.>" receive --account FACTORY --policies policies/plant --environment prod
        chancery policy who-can "plant.berlin.command.>" --account FACTORY --policies policies/plant --environment prod --chain
        """

    @Argument(help: "The subject; it may have wildcards.") var subject: String
    @Argument(help: ArgumentHelp("publish or receive; both without it.", valueName: "act")) var act: String?
    @Option(text: "The account whose subject it is; not needed in a set of one.", as: "name") var account: String?
    @Option(text: "Only holders of this account.", as: "name") var from: String?
    @Flag(help: "Show every step, with its file and line.") var chain = false
    @OptionGroup var engine: EngineOption
    @OptionGroup var options: PolicyQuestionOptions

    private static let words: [String: AccessRoute.Act] = [
        "publish": .publish, "pub": .publish, "receive": .receive, "subscribe": .receive, "sub": .receive,
    ]

    func validate() throws {
        if let act, Self.words[act] == nil { throw ValidationError("\"\(act)\" is neither publish nor receive.") }
    }

    func run() throws {
        guard let question = AccessQuestion(subject) else { throw ValidationError("\"\(subject)\" is no subject.") }
        let (routes, title, server) = try options.service.map { try ask($0) } ?? ask(question)
        if options.json { return try routes.forEach { try JSONOutput.line($0) } }
        guard !routes.isEmpty else { return Console.say("nobody can, on \(server)") }
        if chain { return RouteOutput.showChains(routes) }
        var table = Table(title: title, header: ["who", "can", "how", "for", "such as"])
        for route in routes {
            table.add("\(route.account)/\(route.role)", route.act, route.label, route.holders, route.subject)
        }
        Console.data(table.text(width: Console.width))
    }

    private typealias Found = (routes: [RouteAnswer], title: String, server: String)

    private func ask(_ question: AccessQuestion) throws -> Found {
        let set = try options.read()
        let name = try chosen(set)
        var analysis = AccessAnalysis(set, engine: engine.engine, at: SystemClock.now())
        let holders = from.map { AccessAnalysis.Holders.account($0) } ?? .everybody
        if let from { _ = set.manifest.accounts.contains { $0.name.value == from } ? nil : try unknown(from, set) }
        let acts = act.flatMap { Self.words[$0] }.map { [$0] } ?? AccessRoute.Act.allCases
        let routes = acts.flatMap { analysis.routes($0, question, of: name, by: holders) }
        return (routes.map { RouteAnswer($0) }, "\(subject) of \(name)", set.engine(engine.engine).rawValue)
    }

    private func ask(_ service: RemoteService) throws -> Found {
        let path = try options.path(of: service)
        let name = try account ?? onlyAccount(service.get(path)["accounts"]?.elements ?? [])
        let answer = try service.post(
            path + ":who-can",
            ServiceBodies.whoCan(
                subject, act: act.flatMap { Self.words[$0]?.rawValue }, account: name, from: from,
                engine: engine.engine.rawValue))
        let routes = try (answer["items"]?.elements ?? []).map { try $0.decoded(RouteAnswer.self) }
        return (routes, "\(subject) of \(name)", answer["engine"]?.text ?? engine.engine.rawValue)
    }

    private func onlyAccount(_ accounts: [JSONValue]) throws -> String {
        let names = accounts.compactMap { $0["name"]?.text }
        guard names.count == 1 else { throw Self.several(names) }
        return names[0]
    }

    private static func several(_ names: [String]) -> ValidationError {
        ValidationError("Say whose subject it is: --account \(names.joined(separator: ", ")).")
    }

    private func chosen(_ set: PolicySet) throws -> String {
        if let account {
            return try set.manifest.accounts.first { $0.name.value == account }?.name.value ?? unknown(account, set)
        }
        guard set.manifest.accounts.count == 1, let only = set.manifest.accounts.first else {
            throw Self.several(set.manifest.accounts.map(\.name.value))
        }
        return only.name.value
    }

    private func unknown(_ name: String, _ set: PolicySet) throws -> String {
        throw set.unknown(name, source: options.source)
    }
}

/// A route as commands show it.
enum RouteOutput {
    static func showChains(_ routes: [RouteAnswer]) {
        for route in routes {
            Console.data(
                Console.printable(
                    "\(route.account)/\(route.role) can \(route.act) \(route.subject) \(route.label) "
                        + "(\(route.holders))"))
            show(route.steps)
        }
    }

    static func show(_ steps: [RouteAnswer.Step]) {
        for (number, step) in steps.enumerated() {
            let place = step.place.map { " (\($0))" } ?? ""
            Console.data(Console.printable("  \(number + 1). \(step.text)\(place)"))
        }
    }
}
