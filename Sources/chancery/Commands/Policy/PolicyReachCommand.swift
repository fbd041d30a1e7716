import AdminAPI
import Administration
import ArgumentParser
import Claims
import Policy

/// `chancery policy reach`
struct PolicyReachCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "reach", abstract: "List everything that can leave an account or enter it, and by which chain.",
        discussion: """
            Each line is a set of subjects, as the account calls them and as the other one does, with the roles there that \
            receive them or publish them. A line without a role is a way that nobody takes. Without --policies it is about \
            what is in force.
            """)
    static let example = """
        chancery policy reach FACTORY
        chancery policy reach FACTORY --policies policies/plant --environment prod
        chancery policy reach SUPPLIER --policies policies/plant --environment prod --chain
        """

    @Argument(help: "The account.") var account: String
    @Flag(help: "Show every step, with its file and line.") var chain = false
    @OptionGroup var engine: EngineOption
    @OptionGroup var options: PolicyQuestionOptions

    func run() throws {
        let lines = try options.service.map { try ask($0) } ?? ask()
        if options.json { return try lines.forEach { try JSONOutput.line($0) } }
        guard !lines.isEmpty else {
            return Console.say("nothing leaves \(account) and nothing enters it")
        }
        if chain { return showChains(lines) }
        var table = Table(title: account, header: ["", "account", "how", "here", "there", "roles there"])
        for direction in TenantReach.Direction.allCases {
            table.addLine()
            for line in lines where line.direction == direction.rawValue {
                table.add(
                    line.direction, line.account, line.label, line.here, line.there, line.holders)
            }
        }
        Console.data(table.text(width: Console.width))
    }

    private func ask() throws -> [ReachAnswer] {
        let set = try options.read()
        guard let reach = TenantReach(set, account: account, engine: engine.engine, at: SystemClock.now()) else {
            throw set.unknown(account, source: options.source)
        }
        return reach.lines.map { ReachAnswer($0) }
    }

    private func ask(_ service: RemoteService) throws -> [ReachAnswer] {
        let body = ServiceBodies.reach(account, engine: engine.engine.rawValue)
        let answer = try service.post(options.path(of: service) + ":reach", body)
        return try (answer["items"]?.elements ?? []).map { try $0.decoded() }
    }

    private func showChains(_ lines: [ReachAnswer]) {
        for line in lines {
            let way = line.direction == TenantReach.Direction.leaves.rawValue ? "leaves to" : "enters from"
            Console.data(Console.printable("\(line.here) \(way) \(line.account) \(line.label) (\(line.holders))"))
            RouteOutput.show(line.steps)
        }
    }
}
