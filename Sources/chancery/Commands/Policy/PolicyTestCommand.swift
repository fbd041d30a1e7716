import ArgumentParser
import Policy

/// `chancery policy test`
struct PolicyTestCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run the tests of a set of policies, in every environment.",
        discussion: """
            Each sentence is decided as a broker would: somebody is signed in under the compiled role, with keys made up \
            for the test, and asks. Exits with 1 if a sentence does not hold.
            """)
    static let example = "chancery policy test policies/plant --environment prod"

    @OptionGroup var folder: PolicyFolder
    @Flag(help: "Show the sentences that hold, too.") var verbose = false
    @Flag(help: "List the rules that no test touches.") var coverage = false
    @Flag(help: "Answer in JSON, a line for each sentence.") var json = false

    func run() throws {
        let sets: [PolicySet]
        do { sets = try folder.read() } catch let failure as PolicySet.Failure {
            return try PolicyProblemList(failure.problems, json: json).show()
        }
        var (held, failed) = (0, 0)
        for set in sets {
            let report = try PolicyTester.run(set)
            for outcome in report.outcomes { try show(outcome) }
            held += report.outcomes.count { $0.passes }
            failed += report.outcomes.count { !$0.passes }
            if coverage, !json { showUntouched(report, set) }
        }
        if !json {
            Console.say(
                "\(held + failed) sentences, \(failed == 0 ? "all of which hold" : "of which \(failed) do not hold")")
        }
        if failed > 0 { throw ExitCode(1) }
    }

    private func show(_ outcome: PolicyTester.Outcome) throws {
        if json { return try JSONOutput.line(TestAnswer(outcome)) }
        let place = outcome.environment.map { "\(outcome.position) (\($0))" } ?? "\(outcome.position)"
        let may = outcome.isAllowed ? "may" : "may not"
        if !outcome.passes {
            Console.data("\(place): failed: \(outcome.subject) \(may) \(outcome.sentence): \(outcome.reason)")
        } else if verbose {
            Console.data("\(place): holds: \(outcome.subject) \(may) \(outcome.sentence): \(outcome.reason)")
        }
    }

    private func showUntouched(_ report: PolicyTester.Report, _ set: PolicySet) {
        let place = set.environment.map { " in \($0)" } ?? ""
        guard !report.untouched.isEmpty else { return Console.say("every rule\(place) is touched by a test") }
        for position in report.untouched { Console.data("\(position): no test touches this rule\(place)") }
    }
}
