import Administration
import ArgumentParser

/// `chancery revocations add-user`
struct AddRevocationCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "add-user", abstract: "Revoke everything that was issued to a user so far.",
        discussion: """
            Servers cut the user off as soon as the account is pushed. What is issued later works again.
            """,
        aliases: ["add_user"])
    static let example = "chancery revocations add-user --account SALES alice"

    @OptionGroup var user: RevokedUserOptions
    @Option(
        help: ArgumentHelp(
            "Revoke what was issued at or before this time: a date, RFC 3339, Unix seconds, or 0 for now.",
            valueName: "time"),
        transform: ValueForms.moment)
    var at: Int64?
    @OptionGroup var dryRun: DryRunOptions
    @OptionGroup var signer: SignerOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        let reference = EntityReference(try user.required())
        let choice = try signer.choice
        try place.directory.change("revocations add-user", dryRun: dryRun.dryRun) {
            _ = try $0.revokeUser(reference, at: place.place, through: at, signer: choice)
        }
    }
}
