import ArgumentParser

/// `chancery add …`
struct AddCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add an operator, account, user, export or import.",
        subcommands: [
            AddOperatorCommand.self, AddAccountCommand.self, AddUserCommand.self, AddExportCommand.self,
            AddImportCommand.self,
        ],
        aliases: ["create"])
    static let example = "chancery add account SALES"
}
