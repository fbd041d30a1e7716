import Administration
import ArgumentParser

/// `chancery import user`
struct ImportUserCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Take a user's JWT or credentials in.",
        discussion: """
            A seed in the file is kept in the keyring.
            """)
    static let example = "chancery import user --file alice.creds"

    @Option(name: .shortAndLong, help: ArgumentHelp("The JWT or credentials file.", valueName: "file"))
    var file: String
    @Flag(help: "Take it even where a policy file does not allow it, or its role. That is recorded.")
    var force = false
    @OptionGroup var taking: TakingFlags
    @OptionGroup var dryRun: DryRunOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        let token = try TokenFile.token(file)
        let pair = try TokenFile.userPair(file)
        try directory.change("import user", dryRun: dryRun.dryRun) {
            $0.overridesPolicies = force
            return try $0.importUser(token, pair: pair, of: directory.operatorReference, taking.options)
        }
    }
}
