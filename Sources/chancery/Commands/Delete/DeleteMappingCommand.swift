import Administration
import ArgumentParser

/// `chancery delete mapping`
struct DeleteMappingCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "mapping", abstract: "Take a subject mapping out, or one of its destinations.")
    static let example = "chancery delete mapping --account SALES --from orders --dry-run"

    @Option(name: .shortAndLong, help: ArgumentHelp("The subject that is published to.", valueName: "subject"))
    var from: String
    @Option(name: .shortAndLong, text: "The destination; by default all of them.", as: "subject")
    var to: String?
    @Option(text: "Only destinations for this cluster.", as: "cluster") var cluster: String?
    @OptionGroup var change: GovernedChangeOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        try place.edit("delete mapping", .deleteMapping(from: from, to: to, cluster: cluster), change)
    }
}
