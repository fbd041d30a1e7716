import Administration
import ArgumentParser
import Secrets

/// `chancery generate context`
struct GenerateContextCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "context", abstract: "Generate a context with which the nats program connects as a user.",
        discussion: """
            The context and the user's credentials are written beside each other, for their owner alone, into
            $XDG_CONFIG_HOME/nats/context.
            """)
    static let example = "chancery generate context --account SALES --user alice --context sales"

    @Option(text: "The context's name; by default the user's.", as: "name") var context: String?
    @Option(name: .shortAndLong, text: "The user; not needed if there is only one.", as: "user")
    var user: String?
    @OptionGroup var place: PlaceOptions

    /// What the nats program reads.
    private struct Context: Encodable {
        var description: String
        var url: String
        var creds: String
    }

    private struct Answer: Encodable {
        var context: String
        var creds: String
    }

    func run() throws {
        let opened = try place.directory.open()
        let reference = user.map { EntityReference($0) }
        let (entry, account, name) = try opened.read { reader in
            let account = try reader.account(at: place.place)
            return (try reader.operator(at: place.place), account, try reader.user(reference, of: account).name)
        }
        let url = try entry.urls().services.joined(separator: ",")
        let title = try EntityName.checked(context ?? name, for: "a context")
        let changed = try opened.change("generate context") {
            try $0.credentials(of: reference, at: place.place)
        }
        let folder = try ContextFile.configuration(for: "the context") + "/nats/context"
        try PrivateFile.makeFolder(folder)
        let (file, creds) = ("\(folder)/\(title).json", "\(folder)/\(title).creds")
        try PrivateFile.write(changed.value, to: creds)
        let text = try JSONOutput.text(
            Context(description: "\(entry.name)/\(account.name)/\(name)", url: url, creds: creds))
        try PrivateFile.write(Secret(copying: Array((text + "\n").utf8)), to: file)
        if place.directory.json { return try JSONOutput.line(Answer(context: file, creds: creds)) }
        if url.isEmpty { Console.warn("the operator has no service URL: give one with \"chancery edit operator\"") }
        Console.say("wrote the context to \(file) and its credentials to \(creds)")
    }
}
