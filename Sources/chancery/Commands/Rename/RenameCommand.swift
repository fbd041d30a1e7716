import Administration
import ArgumentParser

/// `chancery rename …`
struct RenameCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "rename", abstract: "Give an account another name.", subcommands: [RenameAccountCommand.self])
    static let example = "chancery rename account SALES TRADE"
}

/// `chancery rename account`
struct RenameAccountCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Give an account another name.",
        discussion: """
            Its key, its users and their credentials stay what they are.
            """)
    static let example = "chancery rename account SALES TRADE"

    @Argument(help: ArgumentHelp("The account, by name or public key.", valueName: "account"))
    var account: String
    @Argument(help: ArgumentHelp("The new name.", valueName: "name"))
    var name: String
    @Flag(
        name: .customLong("OK"), help: ArgumentHelp("Accepted for scripts written for nsc.", visibility: .hidden))
    var isAgreed = false
    @OptionGroup var change: GovernedChangeOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        try directory.change("rename account", change) {
            try $0.renameAccount(
                EntityReference(account), to: name, of: directory.operatorReference, signer: $1)
        }
    }
}
