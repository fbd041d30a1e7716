import AdminAPI
import Administration
import ArgumentParser
import Claims

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
        if let service = try place.directory.service {
            let account = try service.account(at: place.place)
            let user = try service.userName(name.reference, of: account)
            let body = ServiceBodies.edits(
                edits, role: try RemoteService.name(change.signer), overridingPolicies: change.overridesPolicies)
            let path = ServicePath.user(user, in: account.name, of: account.operator) + ":edit"
            let answer = try service.change(.post, path, body, dryRun: change.dryRun)
            return try service.show(answer, asJSON: place.directory.json, dryRun: change.dryRun)
        }
        try place.directory.change("edit user", change) {
            try $0.editUser(name.reference, at: place.place, edits, signer: $1)
        }
    }
}
