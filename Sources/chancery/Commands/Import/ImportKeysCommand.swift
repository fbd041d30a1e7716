import Administration
import ArgumentParser
import NKeys

/// `chancery import keys`
struct ImportKeysCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Keep the seeds in a folder's .nk files in the keyring.",
        discussion: """
            The files stay where they are: delete them when you have made sure of the import.
            """)
    static let example = "chancery import keys --dir nkeys --recurse"

    @Option(name: .shortAndLong, help: ArgumentHelp("The folder.", valueName: "dir"))
    var dir: String
    @Flag(name: [.customShort("R"), .long], help: "Look into the folders below it, too.")
    var recurse = false
    @OptionGroup var dryRun: DryRunOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        let found = try KeyFolder.read(dir, recursively: recurse)
        found.problems.forEach { Console.warn("\($0.path): \($0.message)") }
        try directory.change("import keys", creating: true, dryRun: dryRun.dryRun) {
            try $0.importSeeds(found.pairs)
        }
        if !found.problems.isEmpty { throw InterchangeProblem.summary(found.problems.count) }
    }
}
