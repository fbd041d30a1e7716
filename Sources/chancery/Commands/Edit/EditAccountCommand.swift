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
    @Option(help: ArgumentHelp("Signing keys to add: generate, or public keys.", valueName: "keys"))
    var sk: [String] = []
    @Option(help: ArgumentHelp("Signing keys to take out.", valueName: "keys"))
    var rmSk: [String] = []
    @Option(help: ArgumentHelp("Tags to add.", valueName: "tags"))
    var tag: [String] = []
    @Option(help: ArgumentHelp("Tags to take out.", valueName: "tags"))
    var rmTag: [String] = []
    @Option(help: ArgumentHelp("A description.", valueName: "text"))
    var description: String?
    @Option(help: ArgumentHelp("Where to read more.", valueName: "url"))
    var infoUrl: String?
    @OptionGroup var validity: ValidityOptions
    @OptionGroup var signer: SignerOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        var edits = AccountEdits()
        limits.add(to: &edits)
        edits.jetStream = jetStream.edits
        edits.defaultPermissions = permissions.edits
        removals.add(to: &edits.defaultPermissions)
        (edits.traceSubject, edits.traceSampling) = (tracing.traceContextSubject, tracing.traceContextSampling)
        edits.tags = ListEdits(add: ValueForms.list(tag), remove: ValueForms.list(rmTag))
        (edits.description, edits.infoURL) = (description, infoUrl)
        edits.validity = validity.validity
        let keys = ListEdits(add: ValueForms.list(sk), remove: ValueForms.list(rmSk))
        let choice = try signer.choice
        let place = Place(operator: directory.operatorReference, account: name.reference)
        try directory.change("edit account") {
            try $0.editAccount(at: place, edits, signingKeys: keys, resigning: true, signer: choice)
        }
    }
}
