import Administration
import ArgumentParser

/// `chancery edit signing-key`
struct EditSigningKeyCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "signing-key", abstract: "Make or change a role: a signing key with the permissions of its users.",
        aliases: ["sk"])
    static let example = """
        chancery edit signing-key --account SALES --sk generate --role reader --allow-sub 'orders.>'
        chancery add user bob --account SALES --private-key reader
        """

    @Option(list: "The keys: generate, public keys, or names of roles.", of: "keys") var sk: [String] = []
    @Option(text: "The role's name.", as: "name") var role: String?
    @Option(text: "A description of the role.", as: "text") var description: String?
    @OptionGroup var limits: UserLimitOptions
    @OptionGroup var change: GovernedChangeOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        var edits = RoleEdits()
        (edits.role, edits.description, edits.limits) = (role, description, limits.edits)
        try place.edit("edit signing-key", .roles(ValueForms.list(sk), edits), change)
    }
}
