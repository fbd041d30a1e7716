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
    @Option(
        name: .shortAndLong, help: ArgumentHelp("The token's file, where it is not given by itself.", valueName: "file")
    )
    var file: String?
    @OptionGroup var form: DescribeOptions
    @Flag(name: [.customShort("J"), .long], help: "Answer in JSON.")
    var json = false

    func run() throws {
        guard let file = file ?? positionalFile else {
            throw ValidationError("A file is required: give it by itself or with --file.")
        }
        try form.show(Token.decodeAny(TokenFile.token(file)), asJSON: json) { _ in nil }
    }
}

extension DirectoryReader {
    /// The name of an account of the directory, for showing.
    fileprivate func accountName(_ key: String) -> String? {
        guard let key = EntityReference(key).publicKey else { return nil }
        return try? accountName(key)
    }
}
