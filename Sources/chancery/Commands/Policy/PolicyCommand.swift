import ArgumentParser

/// `chancery policy …`
struct PolicyCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Permissions as files: read them, find what is wrong with them, and test them.",
        subcommands: [
            PolicyInitCommand.self, PolicyFormatCommand.self, PolicySchemaCommand.self,
            PolicyCheckCommand.self, PolicyTestCommand.self, PolicyCompileCommand.self,
            PolicyExplainCommand.self, PolicyWhoCanCommand.self, PolicyReachCommand.self,
            PolicyReproduceCommand.self,
        ])
    static let example = """
        chancery policy check policies/plant
        chancery policy test policies/plant
        """
}
