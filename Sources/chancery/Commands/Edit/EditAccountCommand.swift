import Administration
import ArgumentParser

/// `chancery edit account`
struct EditAccountCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Change an account's limits, default permissions and signing keys.",
        discussion: """
            Without any option the account is signed again.
            """)
    static let example = "chancery edit account SALES --conns 100 --payload 1mib --js-disk-storage 10gib --sk generate"

    @OptionGroup var name: NameOptions
    @OptionGroup(title: "Limits") var limits: AccountLimitOptions
    @OptionGroup(title: "JetStream") var jetStream: JetStreamOptions
    @OptionGroup(title: "Default permissions") var permissions: PermissionOptions
    @OptionGroup(title: "Default permissions") var removals: PermissionRemovalOptions
    @OptionGroup(title: "Tracing") var tracing: TraceOptions
    @OptionGroup var signingKeys: SigningKeyOptions
    @OptionGroup var tags: TagOptions
    @Option(text: "A description.", as: "text") var description: String?
    @Option(text: "Where to read more.", as: "url") var infoUrl: String?
    @OptionGroup var validity: ValidityOptions
    @OptionGroup var change: GovernedChangeOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        var edits = AccountEdits()
        limits.add(to: &edits)
        edits.jetStream = jetStream.edits
        edits.defaultPermissions = permissions.edits
        removals.add(to: &edits.defaultPermissions)
        (edits.traceSubject, edits.traceSampling) = (tracing.traceContextSubject, tracing.traceContextSampling)
        edits.tags = tags.edits
        (edits.description, edits.infoURL) = (description, infoUrl)
        edits.validity = validity.validity
        let place = Place(operator: directory.operatorReference, account: name.reference)
        try directory.edit("edit account", .settings(edits, signingKeys: signingKeys.edits), at: place, change)
    }
}
