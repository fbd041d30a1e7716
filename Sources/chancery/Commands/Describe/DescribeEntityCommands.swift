import AdminAPI
import Administration
import ArgumentParser
import Claims

/// `chancery describe operator`
struct DescribeOperatorCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "operator", abstract: "Show an operator.")
    static let example = "chancery describe operator --json"

    @OptionGroup var name: NameOptions
    @OptionGroup var form: DescribeOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        if let service = try directory.service {
            let owner = try service.operatorName(name.reference ?? directory.operatorReference)
            return try form.show(
                RemoteService.token(service.get(ServicePath.operator(owner))["jwt"]?.text), of: owner, service,
                asJSON: directory.json)
        }
        try directory.open().read { reader in
            let entry = try reader.operator(name.reference ?? directory.operatorReference)
            try form.show(Token.decode(entry.token), asJSON: directory.json) { reader.accountName($0) }
        }
    }
}

/// `chancery describe account`
struct DescribeAccountCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Show an account.")
    static let example = "chancery describe account SALES"

    @OptionGroup var name: NameOptions
    @OptionGroup var form: DescribeOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        if let service = try directory.service {
            let place = Place(operator: directory.operatorReference, account: name.reference)
            let account = try service.account(at: place)
            let token = try service.accountToken(account).token
            return try form.show(token, of: account.operator, service, asJSON: directory.json)
        }
        try directory.open().read { reader in
            let entry = try reader.account(name.reference, of: reader.operator(directory.operatorReference))
            try form.show(Token.decode(entry.token), asJSON: directory.json) { reader.accountName($0) }
        }
    }
}

/// `chancery describe user`
struct DescribeUserCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Show a user.")
    static let example = "chancery describe user alice --account SALES"

    @OptionGroup var name: NameOptions
    @OptionGroup var form: DescribeOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        if let service = try place.directory.service {
            let account = try service.account(at: place.place)
            let user = try service.userName(name.reference, of: account)
            let path = ServicePath.user(user, in: account.name, of: account.operator) + "/jwt"
            let token = try RemoteService.token(service.text(path))
            return try form.show(token, of: account.operator, service, asJSON: place.directory.json)
        }
        try place.directory.open().read { reader in
            let entry = try reader.user(name.reference, of: reader.account(at: place.place))
            try form.show(Token.decode(entry.token), asJSON: place.directory.json) { reader.accountName($0) }
        }
    }
}

/// `chancery describe jwt`
struct DescribeTokenCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "jwt", abstract: "Show any token: a JWT, an activation, or the one in a credentials file.")
    static let example = "chancery describe jwt --file alice.creds"

    @Argument(help: ArgumentHelp("The token's file.", valueName: "file"))
    var positionalFile: String?
    @Option(name: .shortAndLong, text: "The token's file, where it is not given by itself.", as: "file")
    var file: String?
    @OptionGroup var form: DescribeOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() throws {
        guard let file = file ?? positionalFile else {
            throw ValidationError("A file is required: give it by itself or with --file.")
        }
        let token = try Token.decodeAny(TokenFile.token(file))
        guard let directory = try? global.open() else { return try form.show(token, asJSON: global.json) { _ in nil } }
        // Keys of accounts that are known here are shown with their names.
        try directory.read { reader in try form.show(token, asJSON: global.json) { reader.accountName($0) } }
    }
}

extension DescribeOptions {
    /// Shows a token of a service, with the names of accounts that it knows.
    fileprivate func show(_ token: Token, of owner: String, _ service: RemoteService, asJSON: Bool) throws {
        let isTable = !asJSON && !raw && field == nil
        let names = isTable ? service.accountNames(in: token, of: owner) : [:]
        try show(token, asJSON: asJSON) { names[$0] }
    }
}

extension DirectoryReader {
    /// The name of an account of the directory, for showing.
    fileprivate func accountName(_ key: String) -> String? {
        guard let key = EntityReference(key).publicKey else { return nil }
        return try? accountName(key)
    }
}
