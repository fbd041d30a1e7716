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

    @Option(help: ArgumentHelp("The keys: generate, public keys, or names of roles.", valueName: "keys"))
    var sk: [String] = []
    @Option(help: ArgumentHelp("The role's name.", valueName: "name"))
    var role: String?
    @Option(help: ArgumentHelp("A description of the role.", valueName: "text"))
    var description: String?
    @OptionGroup var limits: UserLimitOptions
    @OptionGroup var signer: SignerOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        var edits = RoleEdits()
        (edits.role, edits.description, edits.limits) = (role, description, limits.edits)
        let choice = try signer.choice
        try place.directory.change("edit signing-key") {
            try $0.editSigningKeys(ValueForms.list(sk), at: place.place, edits, signer: choice)
        }
    }
}
