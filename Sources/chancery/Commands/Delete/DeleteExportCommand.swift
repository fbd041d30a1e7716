import Administration
import ArgumentParser

/// `chancery delete export`
struct DeleteExportCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Take an export back.")
    static let example = "chancery delete export --account SALES --subject orders.place --dry-run"

    @Option(name: .shortAndLong, text: "The subject; not needed if there is only one.", as: "subject")
    var subject: String?
    @OptionGroup var change: GovernedChangeOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        try place.edit("delete export", .deleteExport(subject), change)
    }
}
