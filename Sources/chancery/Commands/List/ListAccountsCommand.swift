import Administration
import ArgumentParser
import NKeys

/// `chancery list accounts`
struct ListAccountsCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "accounts", abstract: "List the accounts of an operator; a star marks the selected one.")
    static let example = "chancery list accounts --json"

    @Option(name: .customShort("o"), text: "The operator, as --operator.", as: "name")
    var shortOperator: String?
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        let reference = shortOperator.map { EntityReference($0) } ?? directory.operatorReference
        let entities = try directory.open().read { reader in
            let selected = try reader.selection().account
            return try reader.accounts(of: reader.operator(reference)).map {
                ListedEntity(name: $0.name, public_key: $0.publicKey.text, selected: $0.publicKey == selected)
            }
        }
        try ListedEntity.show(entities, title: "Accounts", asJSON: directory.json)
    }
}
