import ArgumentParser
import Glibc
import Policy

/// `chancery policy reproduce`
struct PolicyReproduceCommand: AsyncParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "reproduce",
        abstract: "Perform every way that breaks a rule of \"never\", on a scratch server, and see the message arrive.",
        discussion: """
            Makes keys up for the set's accounts, starts a broker in this process for a few seconds, signs the holder in under \
            the compiled role and sends a message on its way. Where from and when somebody comes in is left open. Ways \
            through streams need a nats-server, as does --engine nats-server, and as do all ways of a set that has streams; they \
            are skipped, and named, where none is installed. Exits with 1 if a way could not be performed.
            """)
    static let example = """
        chancery policy reproduce policies/plant --environment prod
        chancery policy reproduce policies/plant --engine nats-server --nats-server /usr/local/bin/nats-server
        """

    @OptionGroup var folder: PolicyFolder
    @OptionGroup var engine: EngineOption
    @Option(
        name: .customLong("nats-server"), help: ArgumentHelp("The program for ways through streams.", valueName: "file")
    )
    var program = "nats-server"
    @Flag(name: [.customShort("J"), .long], help: "Answer in JSON, a line for each way.") var json = false

    private enum Outcome: String {
        case seen
        case notSeen = "not seen"
        case skipped
    }

    private struct Listed: Encodable {
        var environment: String?
        var outcome: String
        var place: String
        var reason: String?
        var route: RouteAnswer
    }

    func run() async throws {
        let sets: [PolicySet]
        do { sets = try folder.read() } catch let failure as PolicySet.Failure {
            return try PolicyProblemList(failure.problems, json: json).show()
        }
        var (count, failed) = (0, 0)
        for set in sets {
            let broken = set.problems(for: engine.engine, at: SystemClock.now()).filter { $0.route != nil }
            guard !broken.isEmpty else { continue }
            let scratch = try ScratchOperator(set, at: Int64(time(nil)))
            for problem in broken {
                guard let route = problem.route else { continue }
                count += 1
                let (outcome, reason) = try await perform(route, scratch, on: set.engine(engine.engine))
                if outcome == .notSeen { failed += 1 }
                try show(problem, route, outcome, reason, set)
            }
        }
        if count == 0, !json { Console.say("no rule of never is broken: there is nothing to reproduce") }
        if failed > 0 { throw ExitCode(1) }
    }

    private func perform(
        _ route: AccessRoute, _ scratch: ScratchOperator, on engine: Engine
    ) async throws -> (Outcome, String?) {
        guard let performance = route.performance else {
            return (.skipped, route.isExact ? "nothing here performs it" : "it could only not be ruled out")
        }
        var isStream = engine == .natsServer
        switch performance {
        case .stream, .answer: isStream = true
        case .publish, .receive, .reply: break
        }
        if isStream, !isInstalled { return (.skipped, missing) }
        let server = try await isStream ? ScratchServer.child(program, scratch) : ScratchServer.embedded(scratch)
        do {
            try await server.put(settings: scratch.settings, as: scratch.systemUser())
            let seen = try await RouteReproduction(route, scratch, server).perform()
            await server.stop()
            return switch seen {
            case true?: (.seen, nil)
            case false?: (.notSeen, "the message did not arrive")
            case nil: (.skipped, "nobody can be signed in for it")
            }
        } catch {
            await server.stop()
            return (.notSeen, "\(error)")
        }
    }

    /// What to do where the server is not there.
    private var missing: String {
        program.contains("/")
            ? "there is no program \(program), and this takes a nats-server"
            : "there is no \(program) in PATH, and this takes one: put it there, or name it with --nats-server"
    }

    private var isInstalled: Bool {
        if program.contains("/") { return access(program, X_OK) == 0 }
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        return path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
    }

    private func show(
        _ problem: PolicyProblem, _ route: AccessRoute, _ outcome: Outcome, _ reason: String?, _ set: PolicySet
    ) throws {
        if json {
            return try JSONOutput.line(
                Listed(
                    environment: set.environment, outcome: outcome.rawValue, place: problem.position.description,
                    reason: reason, route: RouteAnswer(route)))
        }
        let place = set.environment.map { "\(problem.position) (\($0))" } ?? "\(problem.position)"
        Console.data(
            Console.printable(
                "\(place): \(outcome.rawValue): \(problem.message)" + (reason.map { ": \($0)" } ?? "")))
    }
}
