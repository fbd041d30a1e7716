import ArgumentParser

/// A command with an example that works. Its help ends with it.
protocol Exemplified: ParsableCommand {
    /// One line or more, each to be typed as it stands.
    static var example: String { get }
}

/// The command that the words of a command line lead to, as far as they do.
struct CommandPath {
    /// The words that led there, the program's own name first.
    let names: [String]
    /// The command.
    let command: any ParsableCommand.Type

    init(_ words: [String]) {
        var names = ["chancery"]
        var command: any ParsableCommand.Type = Chancery.self
        let words = words.first == "help" ? words.dropFirst() : words[...]
        for word in words {
            let next = command.configuration.subcommands.first { subcommand in
                subcommand.configuration.commandName == word || subcommand.configuration.aliases.contains(word)
            }
            guard let next else { break }
            names.append(word)
            command = next
        }
        (self.names, self.command) = (names, command)
    }

    /// The example of the command, for the end of its help; empty if it has none.
    var example: String {
        guard let command = command as? any Exemplified.Type else { return "" }
        let lines = command.example.split(separator: "\n").map { "  " + $0 }
        return "EXAMPLE:\n" + lines.joined(separator: "\n") + "\n"
    }

    /// Where to read more.
    var hint: String { "See '\(names.joined(separator: " ")) --help' for more information." }
}
