import AdminAPI
import Administration
import ArgumentParser
import Claims
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
        if let service = try directory.service { return try add(new, service) }
        try directory.change("add account", change) {
            try $0.addAccount(new, of: directory.operatorReference, signer: $1)
        }
    }

    /// The service makes the account's key, since it signs with it.
    private func add(_ new: NewAccount, _ service: RemoteService) throws {
        let owner = try service.operatorName(directory.operatorReference)
        let body = ServiceBodies.account(new, signer: try RemoteService.name(change.signer))
        let answer = try service.change(
            .post, ServicePath.operator(owner) + "/accounts", body, dryRun: change.dryRun)
        if !change.dryRun {
            try service.select(operator: owner, account: answer["name"]?.text, in: directory.global.contexts)
        }
        try service.show(answer, asJSON: directory.json, dryRun: change.dryRun)
    }
}
