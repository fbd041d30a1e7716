import AdminAPI
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
        if let service = try directory.service {
            let owner = try service.operatorName(reference)
            let selected = service.address.selected.account?.text
            let accounts = try service.list(ServicePath.operator(owner) + "/accounts")
            return try ListedEntity.show(
                accounts.map { ListedEntity($0, selected: .some(selected)) }, title: "Accounts",
                asJSON: directory.json)
        }
        let entities = try directory.open().read { reader in
            let selected = try reader.selection().account
            return try reader.accounts(of: reader.operator(reference)).map {
                ListedEntity(name: $0.name, public_key: $0.publicKey.text, selected: $0.publicKey == selected)
            }
        }
        try ListedEntity.show(entities, title: "Accounts", asJSON: directory.json)
    }
}
