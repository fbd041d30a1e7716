import Administration
import ArgumentParser

/// `chancery add export`
struct AddExportCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Offer a stream or service to other accounts.")
    static let example = "chancery add export --account SALES --subject 'orders.place' --service --private"

    @OptionGroup var export: ExportOptions
    @OptionGroup var change: GovernedChangeOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        guard let subject = export.subject else {
            throw ValidationError("A subject is required: give it with --subject.")
        }
        try place.edit("add export", .addExport(subject, export.edits), change)
    }
}
