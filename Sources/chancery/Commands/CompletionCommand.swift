import ArgumentParser

/// `chancery completion`
struct CompletionCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print a script that completes the commands of a shell.")
    static let example = "chancery completion bash"

    /// A shell that there is a script for.
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash
        case zsh
        case fish

        var script: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    @Argument(help: ArgumentHelp("The shell: bash, zsh or fish.", valueName: "shell"))
    var shell: Shell

    func run() {
        Console.data(Chancery.completionScript(for: shell.script))
    }
}
