import ArgumentParser

/// `chancery audit …`
struct AuditCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Show what was changed and decided, by whom and when, and check that the record of it is genuine.",
        subcommands: [AuditQueryCommand.self, AuditTailCommand.self, AuditVerifyCommand.self])
    static let example = """
        chancery audit query --object alice
        chancery audit verify
        """
}
