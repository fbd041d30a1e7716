import Administration
import ArgumentParser
import Policy

/// `chancery policy init`
struct PolicyInitCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write a small set of policies to start from.",
        discussion: """
            The set is in order as it stands: "policy check" and "policy test" have nothing to say against it. Its comments \
            tell what there is to change. With --from-scratch it has nothing in it but names. No file is ever replaced.
            """)
    static let example = """
        chancery policy init shop --account SHOP
        chancery policy init lab --from-scratch --operator ACME --account LAB --role tester
        """

    @Argument(help: ArgumentHelp("The folder; it is made if it is not there.", valueName: "folder")) var folder =
        "policies"
    @Option(text: "The operator's name.", as: "name") var `operator`: String?
    @Option(help: ArgumentHelp("The account's name.", valueName: "name")) var account = "SHOP"
    @Option(text: "The only role's name, with --from-scratch.", as: "name") var role: String?
    @Flag(help: "Write an account with one role that may do nothing yet.") var fromScratch = false

    func validate() throws {
        if role != nil, !fromScratch { throw ValidationError("--role goes with --from-scratch.") }
    }

    func run() throws {
        let files = try files()
        try PolicyFiles.makeFolder(folder)
        let paths = files.map { "\(folder)/\($0.path)" }
        for (file, path) in zip(files, paths) {
            try PolicyFiles.write(Array(file.text.utf8), to: path, replacing: false)
        }
        for path in paths { Console.data(path) }
        Console.say("next: chancery policy check \(folder), and chancery policy test \(folder)")
    }

    private func files() throws -> [PolicyStarter.File] {
        do throws(PolicyStarter.Failure) {
            let starter = try PolicyStarter(operatorName: self.operator, account: account)
            guard fromScratch else { return try starter.example() }
            return try starter.bare(role: role ?? "service")
        } catch {
            throw ValidationError(error.description)
        }
    }
}
