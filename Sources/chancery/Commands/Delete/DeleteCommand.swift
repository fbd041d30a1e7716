import ArgumentParser

/// `chancery delete …`
struct DeleteCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete an account, user, export, import or mapping.",
        subcommands: [
            DeleteAccountCommand.self, DeleteUserCommand.self, DeleteExportCommand.self, DeleteImportCommand.self,
            DeleteMappingCommand.self,
        ])
    static let example = "chancery delete user alice --revoke --dry-run"
}
