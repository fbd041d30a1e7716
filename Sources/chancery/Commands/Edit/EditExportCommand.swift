import Administration
import ArgumentParser

/// `chancery edit export`
struct EditExportCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Change an export.")
    static let example = "chancery edit export --account SALES --subject orders.place --response-type Stream"

    @OptionGroup var export: ExportOptions
    @Flag(name: .customLong("rm-latency-sampling"), help: "Measure the latency no more.")
    var removeLatency = false
    @OptionGroup var change: GovernedChangeOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        var edits = export.edits
        edits.removeLatency = removeLatency
        try place.edit("edit export", .editExport(export.subject, edits), change)
    }
}
