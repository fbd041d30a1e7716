import Administration
import ArgumentParser
import NKeys
import Secrets

/// `chancery init`
struct InitCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make an operator with a system account, an account and a user, all at once.",
        discussion: """
            The operator, the account and the user get the same name. The operator's servers are expected at
            nats://localhost:4222 until "chancery edit operator" says otherwise.
            """)
    static let example = "chancery init --name ACME --creds ACME.creds"

    /// Where servers are expected until somebody says otherwise.
    private static let localServer = "nats://localhost:4222"

    @OptionGroup var name: NameOptions
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The folder that holds everything, as --all-dirs.", valueName: "dir"))
    var dir: String?
    @Option(help: ArgumentHelp("Write the user's credentials to this file.", valueName: "file"))
    var creds: String?
    @Option(name: [.customShort("o"), .long], help: ArgumentHelp(visibility: .hidden))
    var remoteOperator: String?
    @Option(name: .shortAndLong, help: ArgumentHelp(visibility: .hidden))
    var url: String?
    @OptionGroup var directory: DirectoryOptions

    func validate() throws {
        guard remoteOperator == nil, url == nil else {
            throw ValidationError(
                "An operator that somebody else runs is not made here: take its accounts in with \"chancery import\"."
            )
        }
    }

    func run() throws {
        let name = try name.required()
        var directory = directory
        if let dir { directory.allDirs = dir }
        let credentials = try directory.change("init", creating: true) { change in
            var new = NewOperator(name: name)
            (new.withSystemAccount, new.withSigningKey) = (true, true)
            let entry = try change.addOperator(new)
            var edits = OperatorEdits()
            edits.serviceURLs = ListEdits(add: [Self.localServer])
            edits.accountServerURL = Self.localServer
            try change.editOperator(EntityReference(entry.publicKey), edits)
            let account = try change.addAccount(NewAccount(name: name), of: EntityReference(entry.publicKey))
            let place = Place(
                operator: EntityReference(entry.publicKey), account: EntityReference(account.publicKey))
            let user = try change.addUser(NewUser(name: name), at: place)
            return try creds.map { _ in try change.credentials(of: EntityReference(user.publicKey), at: place) }
        }
        if let creds, let credentials { try PrivateFile.write(credentials, to: creds) }
    }
}
