import Administration
import ArgumentParser

/// `chancery context …`
struct ContextCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "context", abstract: "Give places a name, and choose the one that commands work with.",
        discussion: """
            --all-dirs, --data-dir and CHANCERY_HOME come before any context, CHANCERY_CONTEXT before the selected one.
            """,
        subcommands: [
            ContextAddCommand.self, ContextListCommand.self, ContextShowCommand.self, ContextSelectCommand.self,
            ContextDeleteCommand.self,
        ])
    static let example = "chancery context add production --all-dirs ~/production"
}

/// What a command about contexts answers.
private enum ContextOutput {
    struct Answer: Encodable {
        var name: String
        var all_dirs: String?
        var keystore_dir: String?
        var server: String?
        var token_file: String?
        var ca_file: String?
        var `operator`: String?
        var account: String?
        var selected: Bool

        /// Where that is.
        var place: String { server ?? all_dirs ?? "" }
    }

    static func answer(_ name: String, in contexts: SavedContexts) throws -> Answer {
        let context = try contexts.context(name)
        return Answer(
            name: name, all_dirs: context.all_dirs, keystore_dir: context.keystore_dir, server: context.server,
            token_file: context.token_file, ca_file: context.ca_file, operator: context.operator,
            account: context.account, selected: contexts.selected == name)
    }
}

/// `chancery context add`
struct ContextAddCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Save a place under a name; an earlier one of that name is replaced.",
        aliases: ["save"])
    static let example = """
        chancery context add production --all-dirs ~/production --select
        chancery context add far --server https://admin.example.com:8420 --token-file ~/admin.token
        """

    @OptionGroup var name: NameOptions
    @Flag(help: "Select it, too.") var select = false
    @Option(
        name: .customLong("operator"), text: "Of a service: what commands mean that name no operator.", as: "name")
    var operatorName: String?
    @Option(name: .shortAndLong, text: "Of a service: what commands mean that name no account.", as: "name")
    var account: String?
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() throws {
        let name = try EntityName.checked(name.required(), for: "a context")
        let context = try global.serviceOptions.server.map(far) ?? near()
        let isSelected = select
        try global.contexts.change { contexts in
            contexts.contexts[name] = context
            if isSelected { contexts.selected = name }
        }
        if global.json { return try JSONOutput.line(ContextOutput.answer(name, in: global.contexts.read())) }
        Console.say("saved the context \"\(name)\": \(context.server ?? context.all_dirs ?? "")")
    }

    private func near() throws -> SavedContexts.Context {
        guard operatorName ?? account == nil else {
            throw ValidationError("--operator and --account are for a service: a directory has its own selection.")
        }
        let home = try global.nearHome
        let keystore = home.keystorePath == home.path ? nil : ContextFile.absolute(home.keystorePath)
        return SavedContexts.Context(all_dirs: ContextFile.absolute(home.path), keystore_dir: keystore)
    }

    private func far(_ url: String) throws -> SavedContexts.Context {
        let options = global.serviceOptions
        guard options.accessToken == nil else {
            throw AdministrationError(
                .refused, "a context keeps no token", remedy: "name a file with --token-file, or set CHANCERY_TOKEN")
        }
        var context = SavedContexts.Context()
        context.server = try ServiceAddress.checked(url)
        context.token_file = options.tokenFile.map(ContextFile.absolute)
        context.ca_file = options.ca.map(ContextFile.absolute)
        (context.operator, context.account) = (operatorName, account)
        return context
    }
}

/// `chancery context list`
struct ContextListCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the saved contexts; a star marks the selected one.", aliases: ["ls"])
    static let example = "chancery context list --json"

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() throws {
        let contexts = try global.contexts.read()
        let answers = try contexts.contexts.keys.sorted().map { try ContextOutput.answer($0, in: contexts) }
        if global.json { return try answers.forEach { try JSONOutput.line($0) } }
        var table = Table(title: "Contexts", header: ["Name", "Folder or Service", "Key File's Folder"])
        for answer in answers {
            table.add(
                answer.name + (answer.selected ? " *" : ""), answer.place,
                answer.server == nil ? answer.keystore_dir ?? "the same" : "")
        }
        Console.data(table.text(width: Console.width))
    }
}

/// `chancery context show`
struct ContextShowCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a context; by default the selected one.")
    static let example = "chancery context show production"

    @OptionGroup var name: NameOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() throws {
        let contexts = try global.contexts.read()
        guard let name = name.given ?? Environment.value("CHANCERY_CONTEXT") ?? contexts.selected else {
            throw AdministrationError(
                .noSelection, "no context is selected", remedy: "choose one with \"chancery context select NAME\"")
        }
        let answer = try ContextOutput.answer(name, in: contexts)
        if global.json { return try JSONOutput.line(answer) }
        var table = Table(title: "Context")
        table.add("Name", answer.name)
        if let server = answer.server {
            table.add("Service", server)
            table.add("Token File", answer.token_file ?? "(none)")
            if let file = answer.ca_file { table.add("Authorities", file) }
            table.add("Operator", answer.operator ?? "(none)")
            table.add("Account", answer.account ?? "(none)")
        } else {
            table.add("Folder", answer.place)
            table.add("Key File's Folder", answer.keystore_dir ?? "the same")
        }
        table.add("Selected", answer.selected ? "Yes" : "No")
        Console.data(table.text(width: Console.width))
    }
}

/// `chancery context select`
struct ContextSelectCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "select", abstract: "Choose the context that commands work with; without a name, none.")
    static let example = "chancery context select production"

    @OptionGroup var name: NameOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() throws {
        let name = name.given
        try global.contexts.change { contexts in
            if let name { _ = try contexts.context(name) }
            contexts.selected = name
        }
        if global.json, let name { return try JSONOutput.line(ContextOutput.answer(name, in: global.contexts.read())) }
        Console.say(name.map { "selected the context \"\($0)\"" } ?? "no context is selected any more")
        if Environment.value("CHANCERY_HOME") != nil {
            Console.warn("CHANCERY_HOME is set, and comes before any context")
        }
    }
}

/// `chancery context delete`
struct ContextDeleteCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Forget a context. Its folder stays as it is.", aliases: ["rm"])
    static let example = "chancery context delete production --dry-run"

    @OptionGroup var name: NameOptions
    @OptionGroup var dryRun: DryRunOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() throws {
        let name = try name.required()
        let answer = try ContextOutput.answer(name, in: global.contexts.read())
        if !dryRun.dryRun {
            try global.contexts.change { contexts in
                contexts.contexts[name] = nil
                if contexts.selected == name { contexts.selected = nil }
            }
        }
        if global.json { return try JSONOutput.line(answer) }
        Console.say("the context \"\(name)\" \(dryRun.dryRun ? "would be" : "is") forgotten")
    }
}
