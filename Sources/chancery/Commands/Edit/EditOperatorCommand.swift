import Administration
import ArgumentParser

/// `chancery edit operator`
struct EditOperatorCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "operator", abstract: "Change the selected operator.")
    static let example = "chancery edit operator --sk generate --require-signing-keys"

    @Option(help: ArgumentHelp("Signing keys to add: generate, or public keys.", valueName: "keys"))
    var sk: [String] = []
    @Option(help: ArgumentHelp("Signing keys to take out.", valueName: "keys"))
    var rmSk: [String] = []
    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("Where clients connect, such as nats://localhost:4222.", valueName: "urls"))
    var serviceURL: [String] = []
    @Option(help: ArgumentHelp("Service URLs to take out.", valueName: "urls"))
    var rmServiceURL: [String] = []
    @Option(
        name: [.customShort("u"), .customLong("account-jwt-server-url")],
        help: ArgumentHelp("Where account tokens are pushed to, such as nats://localhost:4222.", valueName: "url"))
    var accountServerURL: String?
    @Flag(name: .customLong("rm-account-jwt-server-url"), help: "Take the account server's URL out.")
    var removeAccountServerURL = false
    @Option(help: ArgumentHelp("The system account, by name or public key.", valueName: "account"))
    var systemAccount: String?
    @Option(
        help: ArgumentHelp("Whether identity keys may sign nothing but themselves.", valueName: "=true|false"),
        transform: ValueForms.flag)
    var requireSigningKeys: Bool?
    @Option(help: ArgumentHelp("Tags to add.", valueName: "tags"))
    var tag: [String] = []
    @Option(help: ArgumentHelp("Tags to take out.", valueName: "tags"))
    var rmTag: [String] = []
    @OptionGroup var validity: ValidityOptions
    @OptionGroup var signer: SignerOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        var edits = OperatorEdits()
        edits.signingKeys = ListEdits(add: ValueForms.list(sk), remove: ValueForms.list(rmSk))
        edits.serviceURLs = ListEdits(add: ValueForms.list(serviceURL), remove: ValueForms.list(rmServiceURL))
        edits.accountServerURL = removeAccountServerURL ? "" : accountServerURL
        edits.systemAccount = systemAccount.map { EntityReference($0) }
        edits.requireSigningKeys = requireSigningKeys
        edits.tags = ListEdits(add: ValueForms.list(tag), remove: ValueForms.list(rmTag))
        edits.validity = validity.validity
        let choice = try signer.choice
        try directory.change("edit operator") {
            try $0.editOperator(directory.operatorReference, edits, signer: choice)
        }
    }
}
