import Administration
import ArgumentParser
import NKeys

/// `chancery env`
struct EnvironmentCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "env", abstract: "Show where everything is and what is selected; select something else.",
        discussion: """
            --store is remembered as the context "store": see "chancery context".
            """)
    static let example = "chancery env -o ACME -a SALES"

    @Option(name: .customShort("o"), text: "Select this operator.", as: "name") var selectedOperator: String?
    @Option(name: .shortAndLong, text: "Select this account.", as: "name") var account: String?
    @Option(name: .shortAndLong, folder: "Work with this folder from now on.") var store: String?
    @OptionGroup var directory: DirectoryOptions

    private struct Answer: Encodable {
        var home: String
        var directory: String
        var key_file: String
        var `operator`: String?
        var account: String?
    }

    func run() throws {
        var place = directory
        if let store {
            try remember(store)
            place.global.dataDir = store
        }
        let home = try place.home
        var answer = Answer(home: home.path, directory: home.directoryPath, key_file: home.keyFilePath)
        if PrivateFile.exists(home.directoryPath) {
            let open = try place.open()
            let reference = selectedOperator.map { EntityReference($0) } ?? directory.operatorReference
            if reference != nil || account != nil {
                try open.change("env") { try select($0, reference) }
            }
            try open.read { reader in
                let selection = try reader.selection()
                answer.operator = try selection.operator.map { try reader.operator(EntityReference($0)).name }
                answer.account = try selection.account.flatMap { try reader.accountName($0) }
            }
        } else if selectedOperator ?? account != nil {
            _ = try place.open()
        }
        try show(answer)
    }

    private func remember(_ store: String) throws {
        try directory.global.contexts.change { contexts in
            contexts.contexts["store"] = SavedContexts.Context(all_dirs: ContextFile.absolute(store))
            contexts.selected = "store"
        }
        if Environment.value("CHANCERY_HOME") != nil { Console.warn("CHANCERY_HOME is set, and comes before --store") }
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
