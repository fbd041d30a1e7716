import ArgumentParser
import Messaging

/// `chancery tool pub`
struct ToolPublishCommand: AsyncParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "pub", abstract: "Publish a message, and say so if the server refuses it.",
        aliases: ["publish"])
    static let example = "chancery tool pub orders.new '{\"id\":1}' --user alice --nats nats://127.0.0.1:4222"

    @Argument(help: "The subject.")
    var subject: String
    @Argument(help: "What the message says.")
    var payload: String = ""
    @Option(text: "A reply subject.", as: "subject") var reply: String?
    @OptionGroup var headers: HeaderOptions
    @OptionGroup var options: ToolOptions

    private struct Answer: Encodable {
        var published: String
        var bytes: Int
    }

    func run() async throws {
        let headers = try headers.headers
        let client = try await options.connect()
        let bytes = Array(payload.utf8)
        try await client.publish(subject, payload: bytes, reply: reply, headers: headers)
        // A refusal comes before the answer to the ping, so after this it is known.
        try await client.flush()
        let complaints = await client.recentErrors
        await client.close()
        guard complaints.isEmpty else {
            for complaint in complaints { Console.complain(complaint.text, remedy: nil) }
            throw ExitCode(1)
        }
        if options.place.directory.json { return try JSONOutput.line(Answer(published: subject, bytes: bytes.count)) }
        Console.say("published \(bytes.count) bytes to \(subject)")
    }
}
