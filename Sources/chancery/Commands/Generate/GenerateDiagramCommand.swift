import Administration
import ArgumentParser
import Secrets

/// `chancery generate diagram …`
struct GenerateDiagramCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "diagram", abstract: "Generate a PlantUML diagram of the operator.",
        subcommands: [GenerateComponentDiagramCommand.self, GenerateObjectDiagramCommand.self])
    static let example = "chancery generate diagram component --output-file accounts.puml"
}

/// Where a diagram goes, and how much it says.
struct DiagramOptions: ParsableArguments {
    @Flag(help: "Also say what is behind the names: descriptions, limits, dates.") var detail = false
    @Option(name: .shortAndLong, file: "Write to this file.") var outputFile: String?
    @OptionGroup var directory: DirectoryOptions

    private struct Answer: Encodable {
        var diagram: String
    }

    /// Reads what is drawn, and shows the drawing.
    func show(withUsers: Bool = false, _ draw: (DrawnOperator) -> [String]) throws {
        let reference = directory.operatorReference
        let drawn =
            if let service = try directory.service {
                try DrawnOperator(reference, withUsers: withUsers, service)
            } else {
                try directory.open().read { try DrawnOperator(reference, withUsers: withUsers, $0) }
            }
        let lines = draw(drawn)
        let text = (["@startuml"] + lines + ["@enduml", ""]).joined(separator: "\n")
        if let outputFile { try PrivateFile.write(Secret(copying: Array(text.utf8)), to: outputFile) }
        if directory.json { return try JSONOutput.line(Answer(diagram: text)) }
        guard let outputFile else { return Console.raw(text) }
        Console.say("wrote the diagram to \(outputFile)")
    }
}

/// `chancery generate diagram component`
struct GenerateComponentDiagramCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "component", abstract: "Draw the accounts, and what they export to and import from each other.")
    static let example = "chancery generate diagram component --detail --output-file accounts.puml"

    @OptionGroup var diagram: DiagramOptions

    func run() throws {
        try diagram.show { ComponentDiagram($0, isDetailed: diagram.detail).lines }
    }
}

/// `chancery generate diagram object`
struct GenerateObjectDiagramCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "object", abstract: "Draw the operator, its accounts and their users, and who signs whom.")
    static let example = "chancery generate diagram object --users --show-keys --output-file operator.puml"

    @Flag(help: "Draw users, too.") var users = false
    @Flag(help: "Show public keys.") var showKeys = false
    @OptionGroup var diagram: DiagramOptions

    func run() throws {
        try diagram.show(withUsers: users) {
            ObjectDiagram($0, isDetailed: diagram.detail, showsKeys: showKeys).lines
        }
    }
}
