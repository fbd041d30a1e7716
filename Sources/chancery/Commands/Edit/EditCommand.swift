import ArgumentParser

/// `chancery edit …`
struct EditCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Change an operator, account, user, signing key, export or callout.",
        subcommands: [
            EditOperatorCommand.self, EditAccountCommand.self, EditUserCommand.self, EditSigningKeyCommand.self,
            EditExportCommand.self, EditCalloutCommand.self,
        ])
    static let example = "chancery edit account SALES --conns 100"
}
