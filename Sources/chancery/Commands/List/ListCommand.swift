import ArgumentParser
import Claims

/// `chancery list …`
struct ListCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List operators, accounts, users or keys.",
        subcommands: [
            ListOperatorsCommand.self, ListAccountsCommand.self, ListUsersCommand.self, ListKeysCommand.self,
        ])
    static let example = "chancery list users --account SALES --json"
}

/// What a list shows of an operator, account or user.
struct ListedEntity: Encodable {
    var name: String
    var public_key: String
    var selected: Bool?

    init(name: String, public_key: String, selected: Bool? = nil) {
        (self.name, self.public_key, self.selected) = (name, public_key, selected)
    }

    /// What a service says of it.
    ///
    /// - Parameter selected: the name or key of the selected one, where one can be selected.
    init(_ json: JSONValue, selected: String?? = nil) {
        let (name, key) = (json["name"]?.text ?? "", json["public_key"]?.text ?? "")
        self.init(name: name, public_key: key, selected: selected.map { $0 == name || $0 == key })
    }

    /// Shows a list: a table, or one JSON object a line.
    static func show(_ entities: [ListedEntity], title: String, asJSON: Bool) throws {
        if asJSON { return try entities.forEach { try JSONOutput.line($0) } }
        var table = Table(title: title, header: ["Name", "Public Key"])
        for entity in entities { table.add(entity.name + (entity.selected == true ? " *" : ""), entity.public_key) }
        Console.data(table.text(width: Console.width))
    }
}
