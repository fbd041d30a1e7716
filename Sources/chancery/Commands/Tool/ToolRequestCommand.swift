import ArgumentParser
import Messaging

/// `chancery tool req`
struct ToolRequestCommand: AsyncParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "req", abstract: "Send a request and print the answer.",
        aliases: ["request"])
    static let example = "chancery tool req orders.place '{\"id\":1}' --user alice --nats nats://127.0.0.1:4222"

    @Argument(help: "The subject.")
    var subject: String
    @Argument(help: "What the request says.")
    var payload: String = ""
    @Option(help: ArgumentHelp("How many seconds to wait for the answer.", valueName: "seconds"))
    var timeout = 5
    @OptionGroup var headers: HeaderOptions
    @OptionGroup var options: ToolOptions

    func validate() throws {
        guard (1...3600).contains(timeout) else { throw ValidationError("--timeout takes 1 to 3600 seconds.") }
    }

    func run() async throws {
        let headers = try headers.headers
        let client = try await options.connect()
        let answer = try await client.request(
            subject, payload: Array(payload.utf8), headers: headers, timeout: .seconds(timeout))
        await client.close()
        if options.place.directory.json { return try MessageOutput(asJSON: true).show(answer, number: 1) }
        answer.payload.withUnsafeBytes { Console.raw($0) }
        Console.data("")
    }
}
