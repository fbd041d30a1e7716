import Messaging

/// A subscription that goes on until enough messages came, or the server ends it.
enum Listening {
    /// What is sent back to each request.
    enum Answer {
        /// What the request said.
        case echo
        case text(String)
    }

    /// Subscribes, shows each message, and answers those that want an answer.
    ///
    /// - Parameters:
    ///   - maximum: how many messages are enough; nil for any number.
    ///   - answer: nil to answer nothing.
    /// - Throws: `ClientError` when the server refuses the subscription or cuts the connection, with its words.
    static func listen(
        to subject: String, queue: String?, maximum: Int?, with client: Client,
        output: MessageOutput, answer: Answer? = nil
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
            try output.show(message, number: number)
            if let answer, let reply = message.reply {
                try await client.publish(reply, payload: answer.payload(for: message))
            }
            if let maximum, number >= maximum { return }
        }
    }
}

extension Listening.Answer {
    func payload(for request: Message) -> [UInt8] {
        switch self {
        case .echo: request.payload
        case .text(let text): Array(text.utf8)
        }
    }
}
