import ArgumentParser
import Messaging

/// `chancery tool reply`
struct ToolReplyCommand: AsyncParsableCommand, Exemplified, Lasting {
    static let configuration = CommandConfiguration(
        commandName: "reply", abstract: "Answer requests: with what is given, or with what they say.")
    static let example = "chancery tool reply orders.place accepted --user alice --nats nats://127.0.0.1:4222"

    @Argument(help: "The subject; it may have wildcards.")
    var subject: String
    @Argument(help: "The answer; without one, requests are sent back as they are.")
    var answer: String?
    @Option(name: .shortAndLong, text: "The queue group.", as: "group")
    var queue: String?
    @Option(help: ArgumentHelp("End after so many requests.", valueName: "count"))
    var maxMessages: Int?
    @OptionGroup var options: ToolOptions

    func run() async throws {
        let client = try await options.connect()
        let output = MessageOutput(asJSON: options.place.directory.json)
        try await Listening.listen(
            to: subject, queue: queue, maximum: maxMessages, with: client, output: output,
            answer: answer.map { .text($0) } ?? .echo)
        await client.close()
    }
}
