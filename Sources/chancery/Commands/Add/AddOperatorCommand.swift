import Administration
import ArgumentParser

/// `chancery add operator`
struct AddOperatorCommand: AsyncParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "operator", abstract: "Add an operator and select it.",
        discussion: """
            With --url an operator that is run elsewhere: its token from a file, an http(s) address, or a name for which
            the environment has NSC_<NAME>_OPERATOR=ADDRESS. Its accounts sign themselves here.
            """)
    static let example = "chancery add operator --name ACME --sys --generate-signing-key"

    @OptionGroup var name: NameOptions
    @Flag(name: .shortAndLong, help: "Also make a system account SYS with a user sys.")
    var sys = false
    @Flag(help: "Also make a signing key, and one for the system account.")
    var generateSigningKey = false
    @Option(name: .shortAndLong, text: "Where the token of an operator is that is run elsewhere.", as: "url|file|name")
    var url: String?
    @Flag(help: "With --url: replace the token that is here, and take one that breaks a rule.")
    var force = false
    @OptionGroup var validity: ValidityOptions
    @OptionGroup var dryRun: DryRunOptions
    @OptionGroup var directory: DirectoryOptions

    func validate() throws {
        guard url != nil else {
            if force { throw ValidationError("--force is for an operator that comes from elsewhere: give --url.") }
            return
        }
        guard !sys, !generateSigningKey, validity.start == nil, validity.expiry == nil else {
            throw ValidationError(
                "An operator that is run elsewhere comes as it is: leave --sys, --generate-signing-key, --start and "
                    + "--expiry out.")
        }
    }

    func run() async throws {
        if let url {
            let token = try await OperatorSource.token(url)
            try directory.change("add operator", creating: true, dryRun: dryRun.dryRun) {
                try $0.takeOperator(token, named: name.given, isForced: force)
            }
            return
        }
        var new = NewOperator(name: try name.required())
        new.withSystemAccount = sys
        new.withSigningKey = generateSigningKey
        new.validity = validity.validity
        try directory.change("add operator", creating: true, dryRun: dryRun.dryRun) { try $0.addOperator(new) }
    }
}

/// Where the token of an operator comes from that is run elsewhere.
enum OperatorSource {
    /// The token at an address, in a file, or of a name that the environment knows.
    static func token(_ source: String) async throws -> String {
        if let server = AccountServer(source) { return try await server.operatorToken() }
        if PrivateFile.exists(source) { return try TokenFile.token(source) }
        let variable = "NSC_\(source.uppercased())_OPERATOR"
        guard let address = Environment.value(variable) else {
            throw AdministrationError(
                .notFound, "\"\(source)\" is no address, no file and no operator that the environment knows",
                remedy: "give http(s)://…, the path of a file, or set \(variable) to an address")
        }
        if let server = AccountServer(address) { return try await server.operatorToken() }
        return try TokenFile.token(address)
    }
}
