import ArgumentParser
import Policy

/// `chancery policy check`
struct PolicyCheckCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Find everything that is wrong with a set of policies, in every environment.",
        discussion: """
            Shows each problem with its line, and exits with 1 if any is an error, or with --strict at all. Rules under \
            "never" are proved, or refuted with the way that breaks them. For nats-server there are notes on what it \
            does otherwise than the file says. With --json each line is a problem.
            """)
    static let example = """
        chancery policy check policies/plant
        chancery policy check policies/plant --environment prod --engine nats-server --strict
        """

    @OptionGroup var folder: PolicyFolder
    @OptionGroup var engine: EngineOption
    @Flag(help: "Take warnings for errors.") var strict = false
    @Flag(help: "Answer in JSON.") var json = false

    func run() throws {
        let problems: [PolicyProblem]
        do {
            let sets = try folder.read()
            problems = PolicySet.problems(of: sets, for: engine.engine, at: SystemClock.now())
            let isInOrder = !problems.contains { $0.severity == .error }
            if !json, isInOrder { Console.say(Self.summary(of: sets)) }
        } catch let failure as PolicySet.Failure {
            problems = failure.problems
        }
        try PolicyProblemList(problems, json: json, isStrict: strict).show()
    }

    private static func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }

    private static func summary(of sets: [PolicySet]) -> String {
        let accounts = sets.first?.accounts ?? []
        let roles = accounts.reduce(0) { $0 + $1.roles.count }
        let environments = sets.compactMap(\.environment)
        let places = environments.isEmpty ? "" : ", in \(environments.joined(separator: ", "))"
        let counted = "\(count(accounts.count, "account")) with \(count(roles, "role"))"
        return "\(counted)\(places): no errors"
    }
}

/// Problems as they are shown, and how the command ends for them.
struct PolicyProblemList {
    private let problems: [PolicyProblem]
    private let json: Bool
    private let isStrict: Bool

    init(_ problems: [PolicyProblem], json: Bool, isStrict: Bool = false) {
        self.problems = problems
        self.json = json
        self.isStrict = isStrict
    }

    /// - Throws: `ExitCode(1)` where one of them is an error, or where warnings count as errors.
    func show() throws {
        for problem in problems {
            if json {
                try JSONOutput.line(ProblemAnswer(problem))
            } else {
                Console.data(problem.description + "\n")
            }
        }
        let errors = problems.count { $0.severity == .error }
        let warnings = problems.count { $0.severity == .warning }
        guard errors > 0 || (isStrict && warnings > 0) else { return }
        if !json {
            let counts = [(errors, "error"), (warnings, "warning")].filter { $0.0 > 0 }
            Console.say(counts.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: ", "))
        }
        throw ExitCode(1)
    }
}
