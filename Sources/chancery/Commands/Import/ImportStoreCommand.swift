import Administration
import ArgumentParser

/// `chancery import nsc`
struct ImportStoreCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "nsc", abstract: "Take over everything that nsc keeps: operators, accounts, users and seeds.",
        discussion: """
            The folder is that of "nsc --all-dirs DIR", or $XDG_DATA_HOME/nats/nsc. Tokens stay as they are, seeds are
            sealed. Files that are damaged, or that belong to somebody else, are named and left out. nsc's files stay
            where they are: delete them when you have made sure of the import.
            """)
    static let example = "chancery import nsc ~/.local/share/nats/nsc"

    @Argument(help: ArgumentHelp("The folder.", valueName: "dir"))
    var folder: String
    @Flag(name: [.customShort("F"), .long], help: "Take even tokens that replace later ones, or are dated far ahead.")
    var force = false
    @OptionGroup var dryRun: DryRunOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        let content = try StoreContent.read(folder)
        let problems = try directory.change("import nsc", creating: true, dryRun: dryRun.dryRun) {
            try $0.importStore(content, isForced: force)
        }
        content.strangers.forEach { Console.warn("\($0): is no file of nsc's, and stays where it is") }
        let all = content.problems + problems
        all.forEach { Console.warn("\($0.path): \($0.message)") }
        if !all.isEmpty { throw InterchangeProblem.summary(all.count) }
    }
}
