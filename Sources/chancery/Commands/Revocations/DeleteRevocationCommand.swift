import Administration
import ArgumentParser

/// `chancery revocations delete-user`
struct DeleteRevocationCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "delete-user", abstract: "Take a revocation back: old credentials work again.",
        aliases: ["delete_user"])
    static let example = "chancery revocations delete-user --account SALES alice"

    @OptionGroup var user: RevokedUserOptions
    @OptionGroup var change: ChangeOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        let reference = EntityReference(try user.required())
        try place.edit("revocations delete-user", .restoreUser(reference), change)
    }
}
