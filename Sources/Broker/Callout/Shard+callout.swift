import Authorization

// Questions to authentication callouts, and the answers, as messages of the account that is asked.

extension Shard {
    /// Publishes a question, and returns the subject that its answer is awaited on.
    func publish(_ message: CalloutMessage, in account: Account, for connection: UInt64) -> [UInt8] {
        let reply = inbox.open(for: .client(connection: connection), account: account.number)
        let subject = Array(CalloutQuestion.requestSubject.utf8)
        let composed = ComposedMessage(
            reply: reply.span, headerCount: message.headerCount, payload: message.payload.span, serial: nextSerial())
        route(Origin(), in: account, subject: subject.span, composed.tail.span, composed.shape)
        return reply
    }
}
