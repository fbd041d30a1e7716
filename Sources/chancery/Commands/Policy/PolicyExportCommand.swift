import Administration
import ArgumentParser
import Claims
import NKeys
import Policy

/// `chancery policy export`
struct PolicyExportCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write accounts that are there as policy files.",
        discussion: """
            Takes the accounts of the directory, of JWT files, or of an nsc store. Nothing is lost: what the language has no \
            words for stands under "claims", and what has a key, such as a signing key without a role, stays in the directory \
            ("leave"). Applying the files changes no claims but the descriptions in them. An account that a file governs \
            gets that file, with the values of its environment in it, as long as nothing was changed by hand.
            """)
    static let example = """
        chancery policy export policies/mine
        chancery policy export policies/some --account SALES --account STOCK
        chancery policy export policies/nsc --store nsc-stores
        chancery policy export policies/theirs --jwt sales.jwt --jwt stock.jwt
        """

    @Argument(help: ArgumentHelp("The folder to write to; no file in it is replaced.", valueName: "folder"))
    var folder: String
    @Option(name: .shortAndLong, help: ArgumentHelp("Only these accounts of the directory.", valueName: "account"))
    var account: [String] = []
    @Option(help: ArgumentHelp("A file with an account's JWT.", valueName: "file")) var jwt: [String] = []
    @Option(help: ArgumentHelp("An nsc store, or the folder of an operator in one.", valueName: "folder")) var store:
        String?
    @OptionGroup var directory: DirectoryOptions

    func validate() throws {
        let kinds = [!account.isEmpty, !jwt.isEmpty, store != nil].count { $0 }
        guard kinds <= 1 else { throw ValidationError("--account, --jwt and --store exclude each other.") }
    }

    func run() throws {
        let files = try files()
        try PolicyFiles.makeFolder(folder)
        for file in files {
            let path = "\(folder)/\(file.name)"
            try PolicyFiles.write(Array(file.text.utf8), to: path, replacing: false)
            Console.data(path)
        }
    }

    private func files() throws -> [(name: String, text: String)] {
        if let store {
            let content = try StoreContent.read(store)
            return try ExportedAccounts(content.accountClaims, operatorName: content.operatorNames.first).files()
        }
        if !jwt.isEmpty { return try ExportedAccounts(jwt.map { try Self.claims(TokenFile.read($0), $0) }).files() }
        let names = account.map { EntityReference($0) }
        if let service = try directory.service {
            return try RemotePolicies(service, directory.operatorReference).export(names)
        }
        let place = Place(operator: directory.operatorReference)
        return try directory.open().read { try $0.exportedAccounts(names, at: place) }.files()
    }

    private static func claims(_ token: String, _ name: String) throws -> AccountClaims {
        do { return try AccountClaims.decode(token) } catch {
            throw AdministrationError(.invalidValue, "\(name) holds no account's JWT: \(error.message)")
        }
    }
}
