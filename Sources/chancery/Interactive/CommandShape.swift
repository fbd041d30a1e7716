import ArgumentParser
import FoundationEssentials

/// What the parser knows of a command: its arguments, and its commands below.
struct CommandShape: Decodable {
    /// An argument, option or flag.
    struct Argument: Decodable {
        struct Name: Decodable {
            var kind: String
            var name: String
        }

        var kind: String
        var shouldDisplay: Bool
        var sectionTitle: String?
        var isOptional: Bool
        var isRepeating: Bool
        var names: [Name]?
        var valueName: String?
        var abstract: String?

        /// Its long name without dashes; nil for what is given by its place.
        var longName: String? { names?.first { $0.kind == "long" }?.name }

        /// Its short names without dashes.
        var shortNames: [String] { (names ?? []).filter { $0.kind == "short" }.map(\.name) }

        /// Whether a value follows it.
        var takesValue: Bool { kind == "option" }
    }

    private struct Dump: Decodable {
        var command: CommandShape
    }

    var commandName: String
    var aliases: [String]?
    var subcommands: [CommandShape]?
    var arguments: [Argument]?

    /// The shape of the command that words lead to.
    init(of path: CommandPath) throws {
        var dump = ""
        do {
            _ = try Chancery.parseAsRoot(["--experimental-dump-help"])
        } catch {
            dump = Chancery.fullMessage(for: error)
        }
        var shape = try JSONDecoder().decode(Dump.self, from: Data(dump.utf8)).command
        for name in path.names.dropFirst() {
            let next = shape.subcommands?.first { $0.commandName == name || $0.aliases?.contains(name) == true }
            guard let next else { break }
            shape = next
        }
        self = shape
    }
}
