import AdminAPI
import Administration
import ArgumentParser

/// `chancery edit operator`
struct EditOperatorCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "operator", abstract: "Change the selected operator.")
    static let example = "chancery edit operator --sk generate --require-signing-keys"

    @OptionGroup var signingKeys: SigningKeyOptions
    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("Where clients connect, such as nats://localhost:4222.", valueName: "urls"))
    var serviceURL: [String] = []
    @Option(list: "Service URLs to take out.", of: "urls") var rmServiceURL: [String] = []
    @Option(
        name: [.customShort("u"), .customLong("account-jwt-server-url")],
        help: ArgumentHelp("Where account tokens are pushed to, such as nats://localhost:4222.", valueName: "url"))
    var accountServerURL: String?
    @Flag(name: .customLong("rm-account-jwt-server-url"), help: "Take the account server's URL out.")
    var removeAccountServerURL = false
    @Option(text: "The system account, by name or public key.", as: "account") var systemAccount: String?
    @Option(truth: "Whether identity keys may sign nothing but themselves.") var requireSigningKeys: Bool?
    @OptionGroup var tags: TagOptions
    @OptionGroup var validity: ValidityOptions
    @OptionGroup var change: ChangeOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        var edits = OperatorEdits()
        edits.signingKeys = signingKeys.edits
        edits.serviceURLs = ValueForms.edits(add: serviceURL, remove: rmServiceURL)
        edits.accountServerURL = removeAccountServerURL ? "" : accountServerURL
        edits.systemAccount = systemAccount.map { EntityReference($0) }
        edits.requireSigningKeys = requireSigningKeys
        edits.tags = tags.edits
        edits.validity = validity.validity
        if let service = try directory.service { return try edit(edits, service) }
        try directory.change("edit operator", change) {
            try $0.editOperator(directory.operatorReference, edits, signer: $1)
        }
    }

    private func edit(_ edits: OperatorEdits, _ service: RemoteService) throws {
        let body = ServiceBodies.edits(edits, signer: try RemoteService.name(change.signer))
        let path = ServicePath.operator(try service.operatorName(directory.operatorReference)) + ":edit"
        let answer = try service.change(.post, path, body, dryRun: change.dryRun)
        try service.show(answer, asJSON: directory.json, dryRun: change.dryRun)
    }
}
