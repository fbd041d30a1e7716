import Administration
import ArgumentParser
import NKeys

/// `chancery list operators`
struct ListOperatorsCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "operators", abstract: "List the operators; a star marks the selected one.")
    static let example = "chancery list operators"

    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        if let service = try directory.service {
            let selected = service.address.selected.operator?.text
            let operators = try service.list("/v1/operators").map { ListedEntity($0, selected: .some(selected)) }
            return try ListedEntity.show(operators, title: "Operators", asJSON: directory.json)
        }
        let entities = try directory.open().read { reader in
            let selected = try reader.selection().operator
            return try reader.operators().map {
                ListedEntity(name: $0.name, public_key: $0.publicKey.text, selected: $0.publicKey == selected)
            }
        }
        try ListedEntity.show(entities, title: "Operators", asJSON: directory.json)
    }
}
