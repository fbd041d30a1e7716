import Administration
import ArgumentParser

/// How a token that exists is taken in.
struct TakingFlags: ParsableArguments {
    @Flag(help: "Replace what is here under the same key.")
    var overwrite = false
    @Flag(help: "Take it although its claims break a rule, or count no more.")
    var skip = false

    /// The options these flags make.
    var options: TakingOptions {
        var options = TakingOptions()
        (options.overwrites, options.ignoresIssues) = (overwrite, skip)
        return options
    }
}

/// `chancery import account`
struct ImportAccountCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Take an account's JWT in.",
        discussion: """
            A JWT that the operator signed stays as it is; one that the account signed itself is signed by the operator.
            """)
    static let example = "chancery import account --file SALES.jwt"

    @Option(
        name: [.customShort("j"), .long], help: ArgumentHelp("The JWT, or a file with it.", valueName: "file"))
    var file: String
    @Flag(
        help: """
            Take over what another operator signed, go back to an older version, or replace what a policy file governs. The \
            last is recorded.
            """)
    var force = false
    @OptionGroup var taking: TakingFlags
    @OptionGroup var change: ChangeOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        let token = try TokenFile.token(file)
        var options = taking.options
        options.isForced = force
        try directory.change("import account", change) { change, signer in
            change.overridesPolicies = force
            try change.importAccount(token, of: directory.operatorReference, options, signer: signer)
        }
    }
}
