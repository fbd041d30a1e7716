import ArgumentParser

/// `chancery delete …`
struct DeleteCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a user, export or import.",
        subcommands: [DeleteUserCommand.self, DeleteExportCommand.self, DeleteImportCommand.self])
    static let example = "chancery delete user alice --revoke --dry-run"
}
