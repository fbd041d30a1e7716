import Messaging

/// A subscription that goes on until enough messages came, or the server ends it.
enum Listening {
    /// Subscribes and hands each message over.
    ///
    /// - Parameter maximum: how many messages are enough; nil for any number.
    /// - Throws: `ClientError` when the server refuses the subscription or cuts the connection, with its words.
    static func listen(
        to subject: String, queue: String?, maximum: Int?, with client: Client,
        _ handle: (Message, Int) async throws -> Void
    ) async throws {
        let subscription = try await client.subscribe(subject, queue: queue)
        if let maximum, maximum > 0 { await subscription.unsubscribe(after: maximum) }
        // What the server has against it comes before the answer to the ping.
        try await client.flush()
        if let complaint = await client.recentErrors.first {
            throw CommandFailure(message: complaint.text)
        }
        Console.say("listening on \(subject)" + (queue.map { " in the queue group \($0)" } ?? ""))
        let complaints = Task {
            // Complaints that end the connection come back as its closing reason.
            for await complaint in client.errors where complaint.violation != nil { Console.warn(complaint.text) }
        }
        defer { complaints.cancel() }
        var number = 0
        for try await message in subscription {
            number += 1
            try await handle(message, number)
            if let maximum, number >= maximum { return }
        }
    }
}
