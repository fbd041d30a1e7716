import Administration
import ArgumentParser

/// `chancery delete import`
struct DeleteImportCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Delete an import.")
    static let example = "chancery delete import --account SHOP --subject orders.place --dry-run"

    @Option(name: .shortAndLong, help: ArgumentHelp("The remote or local subject.", valueName: "subject"))
    var subject: String?
    @Option(help: ArgumentHelp("The exporting account, by name or public key.", valueName: "account"))
    var srcAccount: String?
    @OptionGroup var dryRun: DryRunOptions
    @OptionGroup var signer: SignerOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        let choice = try signer.choice
        try place.directory.change("delete import", dryRun: dryRun.dryRun) {
            try $0.deleteImport(
                subject, from: srcAccount.map { EntityReference($0) }, at: place.place, signer: choice)
        }
    }
}
