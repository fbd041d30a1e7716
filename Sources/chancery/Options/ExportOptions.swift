import Administration
import ArgumentParser

/// What an export is like.
struct ExportOptions: ParsableArguments {
    @Option(name: .shortAndLong, text: "The subject.", as: "subject") var subject: String?
    @Option(name: .shortAndLong, text: "A name; by default the subject.", as: "name") var name: String?
    @Option(name: [.customShort("r"), .long], truth: "Whether it is a service rather than a stream.")
    var service: Bool?
    @Option(name: [.customShort("p"), .customLong("private")], truth: "Whether importers need an activation.")
    var isPrivate: Bool?
    @Option(text: "How a service answers: Singleton, Stream or Chunked.", as: "type") var responseType: String?
    @Option(duration: "How long a service has for an answer, such as 2s.") var responseThreshold: Int64?
    @Option(text: "The subject for measurements of a service's latency.", as: "subject") var latency: String?
    @Option(
        help: ArgumentHelp("Per cent of the requests to measure, 1 to 100, or headers.", valueName: "sampling"),
        transform: ValueForms.sampling)
    var sampling: Int?
    @Option(
        help: ArgumentHelp("The token, from 1, that must be the importing account's key.", valueName: "position"))
    var accountTokenPosition: UInt?
    @Option(truth: "Whether message traces may cross into this account.") var allowTrace: Bool?
    @Option(truth: "Whether tools show it to other accounts.", visibility: .hidden) var advertise: Bool?
    @Option(text: "A description.", as: "text") var description: String?
    @Option(text: "Where to read more.", as: "url") var infoUrl: String?

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
