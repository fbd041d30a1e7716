import ArgumentParser
import Messaging

/// `chancery tool sub`
struct ToolSubscribeCommand: AsyncParsableCommand, Exemplified, Lasting {
    static let configuration = CommandConfiguration(
        commandName: "sub", abstract: "Subscribe, and print each message on a line.",
        aliases: ["subscribe"])
    static let example = "chancery tool sub 'orders.>' --user alice --nats nats://127.0.0.1:4222 --max-messages 10"

    @Argument(help: "The subject; it may have wildcards.")
    var subject: String
    @Argument(help: "The queue group, as --queue.")
    var positionalQueue: String?
    @Option(name: .shortAndLong, text: "The queue group.", as: "group")
    var queue: String?
    @Option(help: ArgumentHelp("End after so many messages.", valueName: "count"))
    var maxMessages: Int?
    @OptionGroup var options: ToolOptions

    func run() async throws {
        let client = try await options.connect()
        let output = MessageOutput(asJSON: options.place.directory.json)
        try await Listening.listen(
            to: subject, queue: queue ?? positionalQueue, maximum: maxMessages, with: client, output: output)
        await client.close()
    }
}
