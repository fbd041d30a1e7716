import Authorization

// Questions to authentication callouts, and the answers, as messages of the account that is asked.

extension Shard {
    /// Publishes a question, and returns the subject that its answer is awaited on.
    func publish(_ message: CalloutMessage, in account: Account, for connection: UInt64) -> [UInt8] {
        let reply = calloutInbox.open(for: connection, account: account.number)
        let subject = Array(CalloutQuestion.requestSubject.utf8)
        let composed = ComposedMessage(
            reply: reply.span, headerCount: message.headerCount, payload: message.payload.span, serial: nextSerial())
        route(Origin(), in: account, subject: subject.span, composed.tail.span, composed.shape)
        return reply
    }

    /// Takes an answer, or hands it to the shard whose client waits for it.
    func handOver(calloutAnswer subject: Span<UInt8>, in account: Account, _ tail: Span<UInt8>, _ shape: MessageShape) {
        guard let shard = CalloutInbox.shard(of: subject), peers.indices.contains(shard), !isStopping else { return }
        let body = shape.payloadStart + shape.headerCount..<tail.count - 2
        let isReadable = body.count <= CalloutInbox.largestAnswer
        let answer = CalloutInbox.Answer(
            subject: copied(subject), body: isReadable ? copied(tail.extracting(body)) : nil)
        guard shard == index else { return peers[shard].post(.calloutAnswer(answer, account: account.number)) }
        take(answer, in: account.number)
    }

    /// Gives an answer to whoever waits for it.
    func take(_ answer: CalloutInbox.Answer, in account: Int) {
        guard let connection = calloutInbox.take(answer.subject, in: account) else { return }
        sessions[connection]?.calloutAnswered(answer.body)
    }
}
