import Administration
import ArgumentParser
import NKeys

/// `chancery list users`
struct ListUsersCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "users", abstract: "List the users of an account.")
    static let example = "chancery list users --account SALES"

    @Option(name: .customShort("o"), text: "The operator, as --operator.", as: "name")
    var shortOperator: String?
    @OptionGroup var place: PlaceOptions

    func run() throws {
        var chosen = place.place
        if let shortOperator { chosen.operator = EntityReference(shortOperator) }
        if let service = try place.directory.service {
            let users = try service.list(service.account(at: chosen).path + "/users").map { ListedEntity($0) }
            return try ListedEntity.show(users, title: "Users", asJSON: place.directory.json)
        }
        let entities = try place.directory.open().read { reader in
            try reader.users(of: reader.account(at: chosen)).map {
                ListedEntity(name: $0.name, public_key: $0.publicKey.text)
            }
        }
        try ListedEntity.show(entities, title: "Users", asJSON: place.directory.json)
    }
}
