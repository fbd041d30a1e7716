import ArgumentParser
import Messaging

/// `chancery tool rtt`
struct ToolRoundTripCommand: AsyncParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "rtt", abstract: "Measure the round trip to the server.")
    static let example = "chancery tool rtt --user alice --nats nats://127.0.0.1:4222"

    @OptionGroup var options: ToolOptions

    private struct Answer: Encodable {
        var nanoseconds: Int64
    }

    func run() async throws {
        let client = try await options.connect()
        let trip = try await ContinuousClock().measure { try await client.flush() }
        await client.close()
        let nanoseconds = trip.components.seconds * 1_000_000_000 + trip.components.attoseconds / 1_000_000_000
        if options.place.directory.json { return try JSONOutput.line(Answer(nanoseconds: nanoseconds)) }
        Console.data("\(trip)")
    }
}
