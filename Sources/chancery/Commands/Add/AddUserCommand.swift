import AdminAPI
import Administration
import ArgumentParser
import Claims
import NKeys

/// `chancery add user`
struct AddUserCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Add a user to an account.",
        discussion: """
            No credentials file is written unless --creds says where; "chancery generate creds" makes one later.
            """)
    static let example = "chancery add user alice --allow-pub 'orders.>' --allow-sub '_INBOX.>' --creds alice.creds"

    @OptionGroup var name: NameOptions
    @Option(name: [.customShort("k"), .long], text: "The user's public key, made elsewhere.", as: "key")
    var publicKey: String?
    @OptionGroup(title: "Permissions") var permissions: PermissionOptions
    @Option(truth: "Whether the token alone signs in, without the seed.") var bearer: Bool?
    @Option(list: "Networks to connect from, such as 10.0.0.0/8.", of: "networks") var sourceNetwork: [String] = []
    @Option(list: "Tags.", of: "tags") var tag: [String] = []
    @Flag(help: "Add the user even where a policy file does not allow it, or its role. That is recorded.")
    var unmanaged = false
    @OptionGroup var validity: ValidityOptions
    @OptionGroup var creds: CredentialsOptions
    @OptionGroup var change: ChangeOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        var new = NewUser(name: try name.required())
        new.publicKey = try publicKey.map { try ValueForms.publicKey($0, of: .user) }
        new.limits.permissions = permissions.edits
        new.limits.bearer = bearer
        new.limits.sources = ValueForms.edits(add: sourceNetwork)
        new.tags = ValueForms.list(tag)
        new.validity = validity.validity
        new.isUnmanaged = unmanaged
        if let service = try place.directory.service { return try add(new, service) }
        let output = try creds.output(asJSON: place.directory.json)
        try place.directory.change("add user", change) { change, signer in
            let user = try change.addUser(new, at: place.place, signer: signer)
            try output?.take(change.credentials(of: EntityReference(user.publicKey), at: place.place))
        }
        if !change.dryRun { try output?.deliver() }
    }

    /// The key is made here, and its seed goes into the credentials file: the service never has it.
    private func add(_ new: NewUser, _ service: RemoteService) throws {
        var new = new
        let pair = new.publicKey == nil ? KeyPair.generate(.user) : nil
        new.publicKey = new.publicKey ?? pair?.publicKey
        guard pair == nil || creds.creds != nil else {
            throw AdministrationError(
                .refused, "the seed of a new user would be lost: the service does not keep it",
                remedy: "say where the credentials go with --creds, or give a key of your own with --public-key")
        }
        guard pair != nil || creds.creds == nil else {
            throw AdministrationError(
                .seedMissing, "the seed of the user \"\(new.name)\" is not kept here",
                remedy: "leave --creds out, or --public-key")
        }
        let output = try creds.output(asJSON: place.directory.json)
        let account = try service.account(at: place.place)
        let role = try RemoteService.name(change.signer)
        let answer = try service.change(
            .post, account.path + "/users", ServiceBodies.user(new), query: role.map { [("role", $0)] } ?? [],
            dryRun: change.dryRun)
        if let pair, let output, !change.dryRun {
            let path = ServicePath.user(answer["name"]?.text ?? new.name, in: account.name, of: account.operator)
            try output.take(UserClaims.credentials(jwt: service.text(path + "/jwt"), seed: pair.seed))
        }
        try service.show(answer, asJSON: place.directory.json, dryRun: change.dryRun)
        if !change.dryRun { try output?.deliver() }
    }
}
