import ArgumentParser
import Broker

/// A command with an example that works. Its help ends with it.
protocol Exemplified: ParsableCommand {
    /// One line or more, each to be typed as it stands.
    static var example: String { get }
}

/// A command that goes on until somebody ends it: that it does is nothing to report.
protocol Lasting: ParsableCommand {}

/// The command that the words of a command line lead to, as far as they do.
struct CommandPath {
    /// The words that led there, the program's own name first.
    let names: [String]
    /// The command.
    let command: any ParsableCommand.Type
    /// The next word, where the command has commands below it and that is none of them.
    let unknown: String?

    init(_ words: [String]) {
        var names = ["chancery"]
        var command: any ParsableCommand.Type = Chancery.self
        let words = words.first == "help" ? words.dropFirst() : words[...]
        var unknown: String?
        for word in words {
            let next = command.configuration.subcommands.first { subcommand in
                subcommand.configuration.commandName == word || subcommand.configuration.aliases.contains(word)
            }
            guard let next else {
                if !command.configuration.subcommands.isEmpty, !word.hasPrefix("-"), word != "help" { unknown = word }
                break
            }
            names.append(word)
            command = next
        }
        (self.names, self.command, self.unknown) = (names, command, unknown)
    }

    /// The example of the command, for the end of its help; empty if it has none.
    var example: String {
        guard let command = command as? any Exemplified.Type else { return "" }
        let lines = command.example.split(separator: "\n").map { "  " + $0 }
        return "EXAMPLE:\n" + lines.joined(separator: "\n") + "\n"
    }

    /// The names of the commands below it.
    var commands: [String] { command.configuration.subcommands.map { $0.configuration.commandName ?? "" } }

    /// What to say of the unknown word.
    func complaint(about word: String) -> (message: String, remedy: String) {
        let known = command.configuration.subcommands.flatMap { subcommand in
            [subcommand.configuration.commandName ?? ""] + subcommand.configuration.aliases
        }
        let meant = Suggestion.closest(to: word, among: known) ?? known.sorted().first { $0.hasPrefix(word) }
        return (
            "\"\(names.joined(separator: " "))\" has no command \"\(word)\""
                + (meant.map { "; did you mean \"\($0)\"?" } ?? ""), hint
        )
    }

    /// Where to read more.
    var hint: String { "See '\(names.joined(separator: " ")) --help' for more information." }
}
