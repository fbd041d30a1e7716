import Administration
import ArgumentParser
import NKeys

/// `chancery env`
struct EnvironmentCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "env", abstract: "Show where everything is and what is selected; select something else.")
    static let example = "chancery env -o ACME -a SALES"

    @Option(name: .customShort("o"), help: ArgumentHelp("Select this operator.", valueName: "name"))
    var selectedOperator: String?
    @Option(name: .shortAndLong, help: ArgumentHelp("Select this account.", valueName: "name"))
    var account: String?
    @OptionGroup var directory: DirectoryOptions

    private struct Answer: Encodable {
        var home: String
        var directory: String
        var key_file: String
        var `operator`: String?
        var account: String?
    }

    func run() throws {
        let home = try directory.home
        var answer = Answer(home: home.path, directory: home.directoryPath, key_file: home.keyFilePath)
        if PrivateFile.exists(home.directoryPath) {
            let open = try directory.open()
            let reference = selectedOperator.map { EntityReference($0) } ?? directory.operatorReference
            if reference != nil || account != nil {
                try open.change("env") { try select($0, reference) }
            }
            try open.read { reader in
                let selection = try reader.selection()
                answer.operator = try selection.operator.map { try reader.operator(EntityReference($0)).name }
                answer.account = try selection.account.map {
                    try reader.account(EntityReference($0), of: reader.operator(nil)).name
                }
            }
        }
        try show(answer)
    }

    private func select(_ change: Change, _ reference: EntityReference?) throws {
        let entry = try change.reader.operator(reference)
        try change.select(operator: entry)
        guard let account else { return }
        try change.select(account: change.reader.account(EntityReference(account), of: entry), of: entry)
    }

    private func show(_ answer: Answer) throws {
        if directory.json { return try JSONOutput.line(answer) }
        var table = Table(header: ["Setting", "Value"])
        table.add("Home", answer.home)
        table.add("Directory", answer.directory)
        table.add("Key file", answer.key_file)
        table.add("Operator", answer.operator ?? "(none)")
        table.add("Account", answer.account ?? "(none)")
        Console.data(table.text(width: Console.width))
    }
}
