import Administration
import ArgumentParser

/// `chancery add mapping`
struct AddMappingCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "mapping", abstract: "Send messages to another subject, or to several by weight.",
        discussion: """
            The same --from and --to again change the weight.
            """)
    static let example = "chancery add mapping --account SALES --from orders --to orders.v2 --weight 10"

    @Option(name: .shortAndLong, help: ArgumentHelp("The subject that is published to.", valueName: "subject"))
    var from: String
    @Option(name: .shortAndLong, help: ArgumentHelp("The subject that messages get instead.", valueName: "subject"))
    var to: String
    @Option(
        help: ArgumentHelp("Per cent of the messages, 1 to 100; by default all.", valueName: "number"),
        transform: ValueForms.percentage)
    var weight: UInt8?
    @Option(text: "The cluster in which it holds; by default in all.", as: "cluster") var cluster: String?
    @OptionGroup var change: GovernedChangeOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        var mapping = NewMapping(from: from, to: to)
        (mapping.weight, mapping.cluster) = (weight, cluster)
        try place.edit("add mapping", .addMapping(mapping), change)
    }
}
