// Answers to questions of the server itself.

extension Shard {
    /// Takes an answer, or hands it to the shard that awaits it.
    func handOver(answer subject: Span<UInt8>, in account: Account, _ tail: Span<UInt8>, _ shape: MessageShape) {
        guard let shard = ServerInbox.shard(of: subject), peers.indices.contains(shard), !isStopping else { return }
        let body = shape.payloadStart + shape.headerCount..<tail.count - 2
        let isReadable = body.count <= ServerInbox.largestAnswer
        let answer = ServerInbox.Answer(
            subject: copied(subject), body: isReadable ? copied(tail.extracting(body)) : nil)
        guard shard == index else { return peers[shard].post(.inboxAnswer(answer, account: account.number)) }
        take(answer, in: account.number)
    }

    /// Gives an answer to whoever waits for it.
    func take(_ answer: ServerInbox.Answer, in account: Int) {
        switch inbox.take(answer.subject, in: account) {
        case .client(let connection): sessions[connection]?.calloutAnswered(answer.body)
        case .lookup(let number): control.execute { $0.lookUpAnswered(number, by: answer.body) }
        case nil: break
        }
    }
}
