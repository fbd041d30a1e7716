import ArgumentParser

/// `chancery policy …`
struct PolicyCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Permissions as files: read them, find what is wrong with them, test them and bring them into force.",
        subcommands: [
            PolicyInitCommand.self, PolicyFormatCommand.self, PolicySchemaCommand.self,
            PolicyCheckCommand.self, PolicyTestCommand.self, PolicyCompileCommand.self,
            PolicyPlanCommand.self, PolicyApplyCommand.self, PolicyUndoCommand.self,
            PolicyDiffCommand.self, PolicyExportCommand.self,
            PolicyExplainCommand.self, PolicyWhoCanCommand.self, PolicyReachCommand.self,
            PolicyReproduceCommand.self,
        ])
    static let example = """
        chancery policy check policies/plant
        chancery policy test policies/plant
        chancery policy plan policies/plant --environment prod
        """
}
