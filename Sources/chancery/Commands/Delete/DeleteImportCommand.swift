import Administration
import ArgumentParser

/// `chancery delete import`
struct DeleteImportCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Delete an import.")
    static let example = "chancery delete import --account SHOP --subject orders.place --dry-run"

    @Option(name: .shortAndLong, text: "The remote or local subject.", as: "subject")
    var subject: String?
    @Option(text: "The exporting account, by name or public key.", as: "account") var srcAccount: String?
    @OptionGroup var change: GovernedChangeOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        try place.edit(
            "delete import", .deleteImport(subject, from: srcAccount.map { EntityReference($0) }), change)
    }
}
