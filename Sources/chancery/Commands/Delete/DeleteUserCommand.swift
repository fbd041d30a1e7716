import AdminAPI
import Administration
import ArgumentParser
import Claims

/// `chancery delete user`
struct DeleteUserCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Delete users from an account.",
        discussion: """
            Credentials that are out in the world go on working unless --revoke is given and the account is pushed.
            """)
    static let example = "chancery delete user alice --account SALES --revoke --rm-nkey"

    @Argument(help: ArgumentHelp("The users, by name or public key.", valueName: "names"))
    var positionalNames: [String] = []
    @Option(name: .shortAndLong, list: "The users, where they are not given by themselves.", of: "names")
    var name: [String] = []
    @Option(name: [.customShort("R"), .long], truth: "Whether their credentials are revoked.")
    var revoke: Bool?
    @Flag(name: [.customShort("D"), .customLong("rm-nkey")], help: "Delete their seeds from the keyring.")
    var removeSeed = false
    @Flag(
        name: [.customShort("C"), .customLong("rm-creds")],
        help: "Accepted for scripts written for nsc: no credentials files are kept.")
    var removeCredentials = false
    @OptionGroup var change: GovernedChangeOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        let names = positionalNames + ValueForms.list(name)
        guard !names.isEmpty else { throw NameOptions.notChosen("a user") }
        if let service = try place.directory.service { return try delete(names, service) }
        try place.directory.change("delete user", change) { change, signer in
            for name in names {
                try change.deleteUser(
                    EntityReference(name), at: place.place, revoking: revoke ?? false, forgettingSeed: removeSeed,
                    signer: signer)
            }
        }
    }

    /// Each by itself: what was deleted before one that is not there stays deleted, and is told.
    private func delete(_ names: [String], _ service: RemoteService) throws {
        guard change.options.signing.privateKey == nil else { throw RemoteService.signsItself }
        let account = try service.account(at: place.place)
        var outcome = FarOutcome()
        var failure: (any Error)?
        for name in names where failure == nil {
            do {
                let answer = try service.change(
                    .delete, ServicePath.user(name, in: account.name, of: account.operator),
                    query: [
                        ("revoke", "\(revoke ?? false)"), ("forget_seeds", "\(removeSeed)"),
                        ("force", "\(change.force)"),
                    ], dryRun: change.dryRun)
                outcome.add(answer)
            } catch {
                failure = error
            }
        }
        if failure == nil || !outcome.isEmpty {
            try outcome.show(asJSON: place.directory.json, dryRun: change.dryRun, before: failure)
        }
        if let failure { throw failure }
    }
}
