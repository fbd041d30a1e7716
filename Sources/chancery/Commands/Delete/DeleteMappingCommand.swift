import Administration
import ArgumentParser

/// `chancery delete mapping`
struct DeleteMappingCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "mapping", abstract: "Take a subject mapping out, or one of its destinations.")
    static let example = "chancery delete mapping --account SALES --from orders --dry-run"

    @Option(name: .shortAndLong, help: ArgumentHelp("The subject that is published to.", valueName: "subject"))
    var from: String
    @Option(name: .shortAndLong, help: ArgumentHelp("The destination; by default all of them.", valueName: "subject"))
    var to: String?
    @Option(help: ArgumentHelp("Only destinations for this cluster.", valueName: "cluster"))
    var cluster: String?
    @OptionGroup var dryRun: DryRunOptions
    @OptionGroup var signer: SignerOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        let choice = try signer.choice
        try place.directory.change("delete mapping", dryRun: dryRun.dryRun) {
            try $0.deleteMapping(from: from, to: to, cluster: cluster, at: place.place, signer: choice)
        }
    }
}
