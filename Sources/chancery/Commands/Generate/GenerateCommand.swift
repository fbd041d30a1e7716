import ArgumentParser

/// `chancery generate …`
struct GenerateCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Generate credentials, a server's configuration, an activation, a key pair or a context.",
        subcommands: [
            GenerateCredentialsCommand.self, GenerateConfigurationCommand.self, GenerateActivationCommand.self,
            GenerateKeyCommand.self, GenerateContextCommand.self, GenerateProfileCommand.self,
        ])
    static let example = "chancery generate creds --account SALES --name alice --output-file alice.creds"
}
