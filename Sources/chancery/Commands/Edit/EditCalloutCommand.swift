import Administration
import ArgumentParser

/// `chancery edit authcallout`
struct EditCalloutCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "authcallout", abstract: "Say who decides about connections to an account.",
        discussion: """
            Users of an account with a callout are let in by a service of yours, which the server asks.
            """)
    static let example = "chancery edit authcallout --account SALES --auth-user gatekeeper --curve generate"

    @Option(list: "Users that answer, by name or public key.", of: "users") var authUser: [String] = []
    @Option(list: "Users that answer no more.", of: "users") var rmAuthUser: [String] = []
    @Option(list: "Accounts that users may be placed in, by name or public key, or * for any.", of: "accounts")
    var allowedAccount: [String] = []
    @Option(list: "Accounts that users may be placed in no more.", of: "accounts") var rmAllowedAccount: [String] = []
    @Option(
        name: [.customShort("x"), .long],
        help: ArgumentHelp("The curve key that requests are sealed to: generate, or a public key.", valueName: "key"))
    var curve: String?
    @Flag(name: .customLong("rm-curve"), help: "Seal requests no more.")
    var removeCurve = false
    @Flag(help: "Ask nobody: take everything out.")
    var disable = false
    @OptionGroup var change: GovernedChangeOptions
    @OptionGroup var place: PlaceOptions

    func validate() throws {
        if removeCurve, curve != nil { throw ValidationError("--curve and --rm-curve exclude each other.") }
    }

    func run() throws {
        var edits = CalloutEdits()
        edits.users = ValueForms.edits(add: authUser, remove: rmAuthUser)
        edits.allowedAccounts = ValueForms.edits(add: allowedAccount, remove: rmAllowedAccount)
        edits.curve = removeCurve ? "" : curve
        edits.disable = disable
        try place.edit("edit authcallout", .callout(edits), change)
    }
}
