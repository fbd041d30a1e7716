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
    @Option(moment: "Revoke what was issued at or before this time: a date, RFC 3339, Unix seconds, or 0 for now.")
    var at: Int64?
    @OptionGroup var change: ChangeOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        let reference = EntityReference(try user.required())
        try place.edit("revocations add-user", .revokeUser(reference, through: at), change)
    }
}
