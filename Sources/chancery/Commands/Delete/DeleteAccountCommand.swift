import AdminAPI
import Administration
import ArgumentParser
import Claims

/// `chancery delete account`
struct DeleteAccountCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Delete an account and its users.",
        discussion: """
            Servers keep their copy: delete it there with "chancery push --account-removal KEY". The account's tokens
            stay in the history; unless --revoke=false is said, the last one revokes every user.
            """)
    static let example = "chancery delete account SALES --rm-nkey --dry-run"

    @OptionGroup var name: NameOptions
    @Option(name: [.customShort("R"), .long], truth: "Whether its users are revoked.")
    var revoke: Bool?
    @Flag(
        name: [.customShort("F"), .long],
        help: "Delete even the system account, and accounts of an operator that is run elsewhere.")
    var force = false
    @Flag(
        name: [.customShort("D"), .customLong("rm-nkey")],
        help: "Delete the seeds of the account, its signing keys and users from the keyring.")
    var removeSeeds = false
    @Flag(
        name: [.customShort("C"), .customLong("rm-creds")],
        help: "Accepted for scripts written for nsc: no credentials files are kept.")
    var removeCredentials = false
    @OptionGroup var change: ChangeOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        let place = Place(
            operator: directory.operatorReference, account: EntityReference(try name.chosen("an account")))
        var deletion = AccountDeletion()
        (deletion.revokesUsers, deletion.isForced, deletion.forgetsSeeds) = (revoke ?? true, force, removeSeeds)
        if let service = try directory.service { return try delete(deletion, service) }
        try directory.change("delete account", change) { change, signer in
            change.overridesPolicies = force
            try change.deleteAccount(at: place, deletion, signer: signer)
        }
    }

    private func delete(_ deletion: AccountDeletion, _ service: RemoteService) throws {
        guard change.signing.privateKey == nil else { throw RemoteService.signsItself }
        let owner = try service.operatorName(directory.operatorReference)
        let answer = try service.change(
            .delete, ServicePath.account(name.chosen("an account"), of: owner),
            query: [
                ("revoke", "\(deletion.revokesUsers)"), ("force", "\(deletion.isForced)"),
                ("forget_seeds", "\(deletion.forgetsSeeds)"),
            ], dryRun: change.dryRun)
        try service.show(answer, asJSON: directory.json, dryRun: change.dryRun)
    }
}
