import Administration
import ArgumentParser
import Policy

/// `chancery policy fmt`
struct PolicyFormatCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "fmt", abstract: "Lay policy files out: keys in one order, lists in one form.",
        discussion: """
            For a folder, chancery.yaml and every file that it names. Comments and quotes stay, and no file means anything \
            else afterwards: what it says is compared. A file with errors in it is left alone, and its problems are shown. \
            With - it reads one file and writes it, for editors.
            """)
    static let example = """
        chancery policy fmt policies/plant
        chancery policy fmt policies/plant/factory.yaml --check
        """

    @Argument(help: ArgumentHelp("Folders with chancery.yaml, files, or -.", valueName: "path")) var paths = ["."]
    @Flag(help: "Change nothing; name the files that would change, and exit with 1 if there are any.") var check = false

    func run() throws {
        if paths == ["-"] { return try formatInput() }
        var problems: [PolicyProblem] = []
        var changes = 0
        for path in try paths.flatMap(PolicyFiles.all) {
            let bytes = try PolicyFiles.read(path)
            do {
                let result = try PolicyFormatter.format(bytes, file: path)
                guard result != bytes else { continue }
                changes += 1
                if !check { try PolicyFiles.write(result, to: path, replacing: true) }
                Console.data(check ? "\(path) would change" : "laid out \(path)")
            } catch let failure as PolicyFormatter.Failure {
                problems += failure.problems
            }
        }
        try PolicyProblemList(problems, json: false).show()
        if check, changes > 0 { throw ExitCode(1) }
    }

    private func formatInput() throws {
        let bytes = try PolicyFiles.readInput()
        do {
            let result = try PolicyFormatter.format(bytes, file: "-")
            if !check { result.withUnsafeBytes { Console.raw($0) } }
            if check, result != bytes { throw ExitCode(1) }
        } catch let failure as PolicyFormatter.Failure {
            try PolicyProblemList(failure.problems, json: false).show()
        }
    }
}
