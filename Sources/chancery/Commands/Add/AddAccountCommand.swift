import Administration
import ArgumentParser
import NKeys

/// `chancery add account`
struct AddAccountCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Add an account and select it.")
    static let example = "chancery add account SALES --deny-pubsub 'internal.>'"

    @OptionGroup var name: NameOptions
    @Option(
        name: [.customShort("k"), .long],
        help: ArgumentHelp("The account's public key, made elsewhere.", valueName: "key"))
    var publicKey: String?
    @OptionGroup(title: "Default permissions") var permissions: PermissionOptions
    @OptionGroup var validity: ValidityOptions
    @OptionGroup var change: ChangeOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        var new = NewAccount(name: try name.required())
        new.publicKey = try publicKey.map { try ValueForms.publicKey($0, of: .account) }
        new.defaultPermissions = permissions.edits
        new.validity = validity.validity
        try directory.change("add account", change) {
            try $0.addAccount(new, of: directory.operatorReference, signer: $1)
        }
    }
}
