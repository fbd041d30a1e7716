import AdminAPI
import Administration
import ArgumentParser
import Claims

/// `chancery select …`
struct SelectCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "select", abstract: "Choose the operator or account that commands mean when they name none.",
        subcommands: [SelectOperatorCommand.self, SelectAccountCommand.self])
    static let example = "chancery select account SALES"
}

/// `chancery select operator`
struct SelectOperatorCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "operator", abstract: "Choose the operator.")
    static let example = "chancery select operator ACME"

    @Argument(help: ArgumentHelp("Its name or public key.", valueName: "name"))
    var name: String
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        if let service = try directory.service {
            let entry = try service.get(ServicePath.operator(name))
            try service.checkHasContext()
            try service.select(operator: name, account: nil, in: directory.global.contexts)
            if !directory.json { Console.say("selected operator \"\(entry["name"]?.text ?? name)\"") }
            return
        }
        let selected = try directory.change("select operator") { change in
            let entry = try change.reader.operator(EntityReference(name))
            try change.select(operator: entry)
            return entry
        }
        if !directory.json { Console.say("selected operator \"\(selected.name)\"") }
    }
}

/// `chancery select account`
struct SelectAccountCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Choose the account, and with it its operator.")
    static let example = "chancery select account SALES"

    @Argument(help: ArgumentHelp("Its name or public key.", valueName: "name"))
    var name: String
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        if let service = try directory.service {
            let owner = try service.operatorName(directory.operatorReference)
            let entry = try service.get(ServicePath.account(name, of: owner))
            try service.checkHasContext()
            try service.select(operator: owner, account: name, in: directory.global.contexts)
            if !directory.json { Console.say("selected account \"\(entry["name"]?.text ?? name)\"") }
            return
        }
        let selected = try directory.change("select account") { change in
            let entry = try change.reader.operator(directory.operatorReference)
            let account = try change.reader.account(EntityReference(name), of: entry)
            try change.select(account: account, of: entry)
            return account
        }
        if !directory.json { Console.say("selected account \"\(selected.name)\"") }
    }
}
