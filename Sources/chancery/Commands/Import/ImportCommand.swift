import ArgumentParser

/// `chancery import …`
struct ImportCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take in accounts, users, keys or a whole nsc store.",
        subcommands: [
            ImportAccountCommand.self, ImportUserCommand.self, ImportKeysCommand.self, ImportStoreCommand.self,
        ])
    static let example = "chancery import keys --dir nkeys --recurse"
}
