import Administration
import ArgumentParser
import Glibc

/// The program: every word of the command line hangs below this command.
@main
struct Chancery: AsyncParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "chancery",
        abstract: "Security and account administration for NATS.",
        discussion: """
            Everything lives in one folder: --all-dirs DIR, CHANCERY_HOME, the selected context, or
            ~/.local/share/chancery.
            """,
        version: "chancery 0.1.0",
        subcommands: [
            InitCommand.self,
            AddCommand.self,
            EditCommand.self,
            DeleteCommand.self,
            DescribeCommand.self,
            ListCommand.self,
            GenerateCommand.self,
            RevocationsCommand.self,
            PushCommand.self,
            PullCommand.self,
            ImportCommand.self,
            ExportCommand.self,
            ExpirationsCommand.self,
            RenameCommand.self,
            FixCommand.self,
            ReissueCommand.self,
            KeyringCommand.self,
            BackupCommand.self,
            RestoreCommand.self,
            SignCommand.self,
            StatusCommand.self,
            SelectCommand.self,
            EnvironmentCommand.self,
            ContextCommand.self,
            ValidateCommand.self,
            PolicyCommand.self,
            ServeCommand.self,
            AuditCommand.self,
            CompletionCommand.self,
            ToolCommand.self,
            BrokerCommand.self,
        ])
    static let example = """
        chancery add operator --name ACME --sys
        chancery add account SALES
        chancery add user alice
        """

    /// Runs the command line and ends the process: 0 done, 1 refused or failed, 2 wrong usage.
    static func main() async {
        // A file that may not grow is an error like others, and no reason to end without a word.
        signal(SIGXFSZ, SIG_IGN)
        StandardStreams.occupy()
        var words: [String] = []
        do {
            words = ArgumentForms.normalized(try ArgumentWords.read())
            if Interview.isWanted(words) {
                var interview = Interview(words)
                words = try interview.completed()
            }
        } catch {
            Failure(of: CommandPath(words)).end(with: error)
        }
        let path = CommandPath(words)
        FarRefusals.begin(Array(path.names.dropFirst()))
        do {
            var command = try parseAsRoot(words)
            if !(command is any Lasting) { Progress.shared.begin(path.names.joined(separator: " ")) }
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            Progress.shared.end()
            Failure.endIfDataWasLost()
        } catch {
            Failure(of: path).end(with: error)
        }
    }
}
