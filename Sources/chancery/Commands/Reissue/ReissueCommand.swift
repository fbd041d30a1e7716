import Administration
import ArgumentParser

/// `chancery reissue …`
struct ReissueCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "reissue", abstract: "Give an operator a new identity.", subcommands: [ReissueOperatorCommand.self]
    )
    static let example = "chancery reissue operator ACME --convert-to-signing-key --dry-run"
}

/// `chancery reissue operator`
struct ReissueOperatorCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "operator", abstract: "Give an operator a new identity key, and sign its accounts again.",
        discussion: """
            Servers go on trusting the old key until the new token stands in their configuration.
            """)
    static let example = "chancery reissue operator ACME --convert-to-signing-key --dry-run"

    @OptionGroup var name: NameOptions
    @Flag(help: "Keep the old identity as a signing key; then accounts need not be signed again.")
    var convertToSigningKey = false
    @OptionGroup var dryRun: DryRunOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        try directory.change("reissue operator", dryRun: dryRun.dryRun) {
            try $0.reissueOperator(
                name.reference ?? directory.operatorReference, convertingToSigningKey: convertToSigningKey)
        }
    }
}
