import ArgumentParser

/// `chancery export …`
struct ExportCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Hand out keys in plain text, or everything as an nsc store.",
        subcommands: [ExportKeysCommand.self, ExportStoreCommand.self])
    static let example = "chancery export keys --users --dir nkeys"
}
