import Administration
import ArgumentParser

/// The export that an activation was issued for.
struct ActivationExportOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The export's subject; not needed if there is only one.", valueName: "subject"))
    var subject: String?
    @Option(truth: "Whether the export is a service rather than a stream.") var service: Bool?

    /// The export that was named.
    var reference: ExportReference { ExportReference(subject: subject, isService: service) }
}

/// The account that an activation was issued to.
struct ActivationTargetOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The importing account, by name or public key, or * for all.", valueName: "account"))
    var targetAccount: String

    /// What was named.
    var reference: EntityReference { EntityReference(targetAccount) }
}
