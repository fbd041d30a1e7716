import ArgumentParser

/// `chancery generate …`
struct GenerateCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Generate credentials, a server's configuration, an activation, a key pair, a context or a diagram.",
        subcommands: [
            GenerateCredentialsCommand.self, GenerateConfigurationCommand.self, GenerateActivationCommand.self,
            GenerateKeyCommand.self, GenerateContextCommand.self, GenerateProfileCommand.self,
            GenerateDiagramCommand.self,
        ])
    static let example = "chancery generate creds --account SALES --name alice --output-file alice.creds"
}
