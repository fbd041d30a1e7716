import Administration
import ArgumentParser

/// `chancery edit user`
struct EditUserCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Change a user's permissions and limits, and sign it again.",
        discussion: """
            Credentials that are out in the world stay as they are: hand out new ones with "chancery generate creds".
            """)
    static let example = "chancery edit user alice --allow-pub 'invoices.>' --rm 'orders.>' --tag team:red"

    @OptionGroup var name: NameOptions
    @OptionGroup var limits: UserLimitOptions
    @Option(help: ArgumentHelp("Tags to add.", valueName: "tags"))
    var tag: [String] = []
    @Option(help: ArgumentHelp("Tags to take out.", valueName: "tags"))
    var rmTag: [String] = []
    @OptionGroup var validity: ValidityOptions
    @OptionGroup var signer: SignerOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        var edits = UserEdits()
        edits.limits = limits.edits
        edits.tags = ListEdits(add: ValueForms.list(tag), remove: ValueForms.list(rmTag))
        edits.validity = validity.validity
        let choice = try signer.choice
        try place.directory.change("edit user") {
            try $0.editUser(name.reference, at: place.place, edits, signer: choice)
        }
    }
}
