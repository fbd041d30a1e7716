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
        var all_dirs: String
        var keystore_dir: String?
        var selected: Bool
    }

    static func answer(_ name: String, in contexts: SavedContexts) throws -> Answer {
        let context = try contexts.context(name)
        return Answer(
            name: name, all_dirs: context.all_dirs, keystore_dir: context.keystore_dir,
            selected: contexts.selected == name)
    }
}

/// `chancery context add`
struct ContextAddCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Save a place under a name; an earlier one of that name is replaced.",
        aliases: ["save"])
    static let example = "chancery context add production --all-dirs ~/production --select"

    @OptionGroup var name: NameOptions
    @Flag(help: "Select it, too.") var select = false
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() throws {
        let name = try EntityName.checked(name.required(), for: "a context")
        let home = try global.home
        let keystore = home.keystorePath == home.path ? nil : ContextFile.absolute(home.keystorePath)
        let context = SavedContexts.Context(all_dirs: ContextFile.absolute(home.path), keystore_dir: keystore)
        let isSelected = select
        try global.contexts.change { contexts in
            contexts.contexts[name] = context
            if isSelected { contexts.selected = name }
        }
        if global.json { return try JSONOutput.line(ContextOutput.answer(name, in: global.contexts.read())) }
        Console.say("saved the context \"\(name)\": \(context.all_dirs)")
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
        var table = Table(title: "Contexts", header: ["Name", "Folder", "Key File's Folder"])
        for answer in answers {
            table.add(answer.name + (answer.selected ? " *" : ""), answer.all_dirs, answer.keystore_dir ?? "the same")
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
        table.add("Folder", answer.all_dirs)
        table.add("Key File's Folder", answer.keystore_dir ?? "the same")
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
