import Administration
import ArgumentParser
import NKeys
import Secrets

/// `chancery init`
struct InitCommand: AsyncParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make an operator with a system account, an account and a user, all at once.",
        discussion: """
            The operator, the account and the user get the same name. The operator's servers are expected at
            nats://localhost:4222 until "chancery edit operator" says otherwise. With --url or --remote-operator the
            operator is one that is run elsewhere, and only the account and the user are made.
            """)
    static let example = "chancery init --name ACME --creds ACME.creds"

    /// Where servers are expected until somebody says otherwise.
    private static let localServer = "nats://localhost:4222"

    @OptionGroup var name: NameOptions
    @Option(name: .shortAndLong, folder: "The folder that holds everything, as --all-dirs.") var dir: String?
    @Option(
        name: [.customShort("o"), .long],
        text: "An operator that is run elsewhere, for which the environment has NSC_<NAME>_OPERATOR=ADDRESS.",
        as: "name")
    var remoteOperator: String?
    @Option(name: .shortAndLong, text: "Where the token of an operator is that is run elsewhere.", as: "url|file")
    var url: String?
    @OptionGroup var creds: CredentialsOptions
    @OptionGroup var dryRun: DryRunOptions
    @OptionGroup var directory: DirectoryOptions

    func validate() throws {
        guard remoteOperator == nil || url == nil else {
            throw ValidationError("--url and --remote-operator exclude each other.")
        }
    }

    func run() async throws {
        let name = try name.required()
        var directory = directory
        if let dir { directory.global.allDirs = dir }
        var token: String?
        if let source = url ?? remoteOperator { token = try await OperatorSource.token(source) }
        let output = try creds.output(asJSON: directory.json)
        try directory.change("init", creating: true, dryRun: dryRun.dryRun) { change in
            let entry = try token.map { try change.takeOperator($0) } ?? ownOperator(name, change)
            let account = try change.addAccount(NewAccount(name: name), of: EntityReference(entry.publicKey))
            let place = Place(
                operator: EntityReference(entry.publicKey), account: EntityReference(account.publicKey))
            let user = try change.addUser(NewUser(name: name), at: place)
            try output?.take(change.credentials(of: EntityReference(user.publicKey), at: place))
        }
        if !dryRun.dryRun { try output?.deliver() }
    }

    private func ownOperator(_ name: String, _ change: Change) throws -> OperatorEntry {
        var new = NewOperator(name: name)
        (new.withSystemAccount, new.withSigningKey) = (true, true)
        let entry = try change.addOperator(new)
        var edits = OperatorEdits()
        edits.serviceURLs = ListEdits(add: [Self.localServer])
        edits.accountServerURL = Self.localServer
        try change.editOperator(EntityReference(entry.publicKey), edits)
        return entry
    }
}
