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
    @OptionGroup var tags: TagOptions
    @OptionGroup var validity: ValidityOptions
    @OptionGroup var change: GovernedChangeOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        var edits = UserEdits()
        edits.limits = limits.edits
        edits.tags = tags.edits
        edits.validity = validity.validity
        try place.directory.change("edit user", change) {
            try $0.editUser(name.reference, at: place.place, edits, signer: $1)
        }
    }
}
