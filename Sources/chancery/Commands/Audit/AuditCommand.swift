import ArgumentParser

/// `chancery audit …`
struct AuditCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Show what was changed, by whom and when, and check that the record of it is genuine.",
        subcommands: [AuditQueryCommand.self, AuditVerifyCommand.self])
    static let example = """
        chancery audit query --object alice
        chancery audit verify
        """
}
