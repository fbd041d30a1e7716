import Administration
import ArgumentParser

/// What an export is like.
struct ExportOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: ArgumentHelp("The subject.", valueName: "subject"))
    var subject: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("A name; by default the subject.", valueName: "name"))
    var name: String?

    @Option(
        name: [.customShort("r"), .long],
        help: ArgumentHelp("Whether it is a service rather than a stream.", valueName: "=true|false"),
        transform: ValueForms.flag)
    var service: Bool?

    @Option(
        name: [.customShort("p"), .customLong("private")],
        help: ArgumentHelp("Whether importers need an activation.", valueName: "=true|false"),
        transform: ValueForms.flag)
    var isPrivate: Bool?

    @Option(help: ArgumentHelp("How a service answers: Singleton, Stream or Chunked.", valueName: "type"))
    var responseType: String?

    @Option(
        help: ArgumentHelp("How long a service has for an answer, such as 2s.", valueName: "duration"),
        transform: ValueForms.duration)
    var responseThreshold: Int64?

    @Option(help: ArgumentHelp("The subject for measurements of a service's latency.", valueName: "subject"))
    var latency: String?

    @Option(
        help: ArgumentHelp("Per cent of the requests to measure, 1 to 100, or headers.", valueName: "sampling"),
        transform: ValueForms.sampling)
    var sampling: Int?

    @Option(
        help: ArgumentHelp("The token, from 1, that must be the importing account's key.", valueName: "position"))
    var accountTokenPosition: UInt?

    @Option(
        help: ArgumentHelp("Whether message traces may cross into this account.", valueName: "=true|false"),
        transform: ValueForms.flag)
    var allowTrace: Bool?

    @Option(
        help: ArgumentHelp("Whether tools show it to other accounts.", valueName: "=true|false", visibility: .hidden),
        transform: ValueForms.flag)
    var advertise: Bool?

    @Option(help: ArgumentHelp("A description.", valueName: "text"))
    var description: String?

    @Option(help: ArgumentHelp("Where to read more.", valueName: "url"))
    var infoUrl: String?

    /// The edits these options ask for.
    var edits: ExportEdits {
        var edits = ExportEdits()
        (edits.name, edits.isService, edits.isPrivate) = (name, service, isPrivate)
        (edits.responseType, edits.responseThreshold) = (responseType, responseThreshold)
        (edits.latencySubject, edits.latencySampling) = (latency, sampling)
        (edits.accountTokenPosition, edits.allowTrace, edits.advertise) = (accountTokenPosition, allowTrace, advertise)
        (edits.description, edits.infoURL) = (description, infoUrl)
        return edits
    }
}
