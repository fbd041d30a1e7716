import Administration
import ArgumentParser
import Glibc

/// Puts a command line together by asking for what it does not say: what `-i` does.
///
/// It knows no command: the questions are the parser's own words for the arguments. What comes out is a line that could
/// have been typed, and is shown before it runs.
struct Interview {
    /// Options that are not asked for, since they say where and how, not what.
    private static let unasked: Set<String> = [
        "all-dirs", "data-dir", "keystore-dir", "config-dir", "passphrase-file", "operator", "json", "interactive",
        "dry-run", "help", "version", "private-key", "long-ids", "rm-creds", "force", "server", "token-file",
        "access-token", "ca",
    ]

    private var path: CommandPath
    private var words: [String]
    private let input: Answers

    /// - Parameter words: what was typed, `-i` included.
    init(_ words: [String], input: Answers = Answers()) {
        self.words = words.filter { $0 != "-i" && $0 != "--interactive" }
        path = CommandPath(self.words)
        self.input = input
    }

    /// Whether a command line asks for it.
    static func isWanted(_ words: [String]) -> Bool {
        guard words.first != "broker" else { return false }
        return words.prefix { $0 != "--" }.contains { $0 == "-i" || $0 == "--interactive" }
    }

    /// The whole command line.
    ///
    /// - Throws: ``CommandFailure`` when the answers end too early.
    mutating func completed() throws -> [String] {
        try chooseCommand()
        let shape = try CommandShape(of: path)
        let open = Self.withoutTwins((shape.arguments ?? []).filter(isOpen))
        Console.say("Answer, or press return to leave something as it is.")
        for argument in open where argument.sectionTitle == nil { try ask(argument) }
        for title in Self.titles(of: open) {
            guard try input.confirm("\(title)?", unless: false) else { continue }
            for argument in open where argument.sectionTitle == title { try ask(argument) }
        }
        Console.say(Console.printable((["chancery"] + words.map(Self.shown)).joined(separator: " ")))
        guard try input.confirm("Go ahead?", unless: true) else {
            throw CommandFailure(message: "nothing was done", remedy: nil)
        }
        return words
    }

    private mutating func chooseCommand() throws {
        while true {
            let commands = path.commands
            guard !commands.isEmpty else { return }
            let answer = try input.line("Which: \(commands.joined(separator: ", "))? ")
            guard commands.contains(answer) else {
                Console.say("\"\(Console.printable(answer))\" is none of them.")
                continue
            }
            words.insert(answer, at: path.names.count - 1)
            path = CommandPath(words)
        }
    }

    // MARK: Arguments

    /// Whether an argument is one to ask for, and was not given.
    private func isOpen(_ argument: CommandShape.Argument) -> Bool {
        guard argument.shouldDisplay else { return false }
        if argument.kind == "positional" {
            let first = words.indices.contains(path.names.count - 1) ? words[path.names.count - 1] : "-"
            return first.hasPrefix("-")
        }
        guard let name = argument.longName, !Self.unasked.contains(name) else { return false }
        return !words.contains { word in
            word == "--\(name)" || word.hasPrefix("--\(name)=")
                || argument.shortNames.contains { word == "-\($0)" || word.hasPrefix("-\($0)=") }
        }
    }

    private static func titles(of arguments: [CommandShape.Argument]) -> [String] {
        var seen: Set<String> = []
        return arguments.compactMap(\.sectionTitle).filter { seen.insert($0).inserted }
    }

    /// What can be given by its place and by its name is asked for once: in the words of the one, as the other.
    private static func withoutTwins(_ arguments: [CommandShape.Argument]) -> [CommandShape.Argument] {
        let places = arguments.filter { $0.kind == "positional" }
        return arguments.compactMap { argument in
            if argument.kind == "positional" {
                return arguments.contains { $0.longName == argument.valueName } ? nil : argument
            }
            var argument = argument
            let twin = places.first { $0.valueName != nil && $0.valueName == argument.longName }
            if let twin { argument.abstract = twin.abstract }
            return argument
        }
    }

    private mutating func ask(_ argument: CommandShape.Argument) throws {
        while true {
            guard let word = try answer(argument) else { return }
            guard let complaint = complaint(about: words + [word]) else {
                words.append(word)
                return
            }
            Console.complain(complaint, remedy: nil)
        }
    }

    /// The word that an answer makes; nil to leave the argument out.
    private func answer(_ argument: CommandShape.Argument) throws -> String? {
        let what = argument.abstract ?? argument.longName ?? argument.valueName ?? ""
        guard argument.kind != "flag" else {
            return try input.confirm(what, unless: false) ? argument.longName.map { "--\($0)" } : nil
        }
        let hint = argument.valueName.map { $0 == "=true|false" ? " [true|false]" : " [\($0)]" } ?? ""
        let known = try names(for: argument.valueName).map { " (\($0.joined(separator: ", ")))" } ?? ""
        let answer = try input.line("\(what)\(known)\(hint) ")
        guard !answer.isEmpty else { return nil }
        return argument.longName.map { "--\($0)=\(answer)" } ?? answer
    }

    /// The accounts that there are, where one is asked for.
    private func names(for value: String?) throws -> [String]? {
        guard value == "account", let options = try? GlobalOptions.parse(places()), let home = try? options.home,
            PrivateFile.exists(home.directoryPath), let directory = try? options.open()
        else { return nil }
        let names = try? directory.read { reader in try reader.accounts(of: reader.operator(nil)).map(\.name) }
        return names.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The words that say where everything is.
    private func places() -> [String] {
        words.indices.flatMap { index -> [String] in
            guard ["-H", "--all-dirs", "--data-dir"].contains(words[index]), words.indices.contains(index + 1) else {
                return ["--all-dirs=", "--data-dir="].contains(where: words[index].hasPrefix) ? [words[index]] : []
            }
            return [words[index], words[index + 1]]
        }
    }

    /// What the parser has against a value. That something is still missing does not count.
    private func complaint(about words: [String]) -> String? {
        do {
            _ = try Chancery.parseAsRoot(words)
            return nil
        } catch {
            let message = Chancery.message(for: error)
            return message.contains("is invalid for") ? message : nil
        }
    }

    /// A word as a shell reads it, and as everybody may see it.
    private static func shown(_ word: String) -> String {
        let isPlain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_=./:@,+%".contains($0) }
        return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
