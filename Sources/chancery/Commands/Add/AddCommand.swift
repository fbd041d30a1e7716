import ArgumentParser

/// `chancery add …`
struct AddCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add an operator, account, user, export, import or mapping.",
        subcommands: [
            AddOperatorCommand.self, AddAccountCommand.self, AddUserCommand.self, AddExportCommand.self,
            AddImportCommand.self, AddMappingCommand.self,
        ],
        aliases: ["create"])
    static let example = "chancery add account SALES"
}
