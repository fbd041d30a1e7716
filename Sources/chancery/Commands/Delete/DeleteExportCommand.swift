import Administration
import ArgumentParser

/// `chancery delete export`
struct DeleteExportCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Take an export back.")
    static let example = "chancery delete export --account SALES --subject orders.place --dry-run"

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The subject; not needed if there is only one.", valueName: "subject"))
    var subject: String?
    @OptionGroup var dryRun: DryRunOptions
    @OptionGroup var signer: SignerOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        let choice = try signer.choice
        try place.directory.change("delete export", dryRun: dryRun.dryRun) {
            try $0.deleteExport(subject, at: place.place, signer: choice)
        }
    }
}
