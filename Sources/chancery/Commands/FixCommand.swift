import Administration
import ArgumentParser
import NKeys

/// `chancery fix`
struct FixCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "fix", abstract: "Make a directory again from loose files: JWTs, .nk files and credentials.",
        discussion: """
            Every file below the folders is looked at. Of several tokens of one operator, account or user the latest is
            taken. What belongs to nothing, or is damaged, is named and left out.
            """)
    static let example = "chancery fix --in loose --out mended"

    @Option(name: .customLong("in"), list: "The folders with the files.", of: "dirs") var input: [String] = []
    @Option(folder: "The folder that is to hold everything, as --all-dirs.") var out: String?
    @Option(folder: "Write the credentials of every user below this folder.") var creds: String?
    @OptionGroup var dryRun: DryRunOptions
    @OptionGroup var directory: DirectoryOptions

    func validate() throws {
        guard !input.isEmpty else { throw ValidationError("Say where the files are: --in DIR.") }
    }

    func run() throws {
        var directory = directory
        if let out { directory.global.allDirs = out }
        let loose = try LooseFiles.read(ValueForms.list(input))
        let (problems, users) = try directory.change("fix", creating: true, dryRun: dryRun.dryRun) { change in
            let problems = try change.take(loose)
            return (problems, try creds.map { _ in try change.everyCredentials() } ?? [])
        }
        if let creds, !dryRun.dryRun {
            for user in users {
                let folder = "\(creds)/\(user.operator)/\(user.account)"
                try PrivateFile.makeFolder(folder)
                try PrivateFile.write(user.credentials, to: "\(folder)/\(user.name).creds")
            }
        }
        let all = loose.problems + problems
        all.forEach { Console.warn("\($0.path): \($0.message)") }
        if !all.isEmpty { throw InterchangeProblem.summary(all.count) }
    }
}
