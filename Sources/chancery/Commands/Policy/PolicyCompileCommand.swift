import Administration
import ArgumentParser
import Claims
import Policy

/// `chancery policy compile`
struct PolicyCompileCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "compile", abstract: "Show what a role comes to: the template of its scoped signing key, in JSON.",
        discussion: """
            The template is what "chancery edit signing-key" would be told, in its canonical form: the order of a file and \
            its descriptions change nothing in it.
            """)
    static let example = "chancery policy compile policies/plant --environment prod --account FACTORY --role sensor"

    @OptionGroup var folder: PolicyFolder
    @Option(help: ArgumentHelp("The account.", valueName: "name")) var account: String
    @Option(help: ArgumentHelp("The role.", valueName: "name")) var role: String

    func run() throws {
        let sets: [PolicySet]
        do { sets = try folder.read() } catch let failure as PolicySet.Failure {
            return try PolicyProblemList(failure.problems, json: false).show()
        }
        if sets.count > 1 {
            let names = sets.compactMap(\.environment).joined(separator: ", ")
            throw ValidationError("The set has several environments: choose one with --environment: \(names).")
        }
        guard let found = sets.first?.account(account)?.roles[role] else {
            throw AdministrationError(
                .notFound, "the set has no role \"\(role)\" of an account \"\(account)\"",
                remedy: "see what it has with \"chancery policy check\"")
        }
        Console.data(try found.json())
    }
}
