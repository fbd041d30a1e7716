import Authorization
import NIOCore
import Wire

// Publishing messages that are traced.

extension Session {
    /// What a message's headers ask for, if they ask to be traced.
    func requestedTrace(_ command: Command, _ bytes: Span<UInt8>, in account: Account) -> TracedMessage? {
        let start = command.payload.start
        let block = bytes.extracting(start..<start + command.headerCount)
        guard TracedMessage.mayBeAskedFor(in: block, hasStanding: account.standingTrace != nil),
            let number = shard.nextTrace()
        else { return nil }
        return TracedMessage(
            block, size: command.payload.end - start, of: account, id: number, using: &shard.random)
    }

    /// Publishes a message that is traced. It goes nowhere if its sender may not publish where the events go.
    func publish(
        traced trace: TracedMessage, _ subject: Span<UInt8>, _ command: Command, _ bytes: Span<UInt8>,
        _ input: ByteBuffer, by client: Client, in account: Account
    ) {
        let destination = trace.destination
        let decision = client.decide(.publish, subject: destination.span)
        context.decisions.record(.publish, decision, by: client, on: shard.index, subject: destination)
        guard decision.isAllowed else {
            logPublishViolation(destination)
            sendError(ErrorLine.publishViolation(destination))
            return
        }
        var target = copied(subject)
        switch account.mappings.outcome(of: subject, using: &shard.random) {
        case .kept: break
        case .moved(let mapped): target = mapped
        case .lost:
            note(trace, subject, nil, client)
            sendOKIfVerbose()
            return shard.finish(trace)
        }
        let reply = bytes.extracting(command.option.start..<command.option.end)
        guard mayPublish(target.span, typed: subject, reply, client, nil) else {
            note(trace, subject, nil, client, error: ErrorLine.publishViolation(target))
            return shard.finish(trace)
        }
        note(trace, subject, target == copied(subject) ? nil : target, client)
        send(on: target.span, reply, command, bytes, input, by: client, in: account, match: nil, trace: trace)
        shard.finish(trace)
    }

    private func note(
        _ trace: TracedMessage, _ subject: Span<UInt8>, _ mapped: [UInt8]?, _ client: Client, error: String? = nil
    ) {
        let time = context.environment.timestamp()
        trace.add(TraceEvent.ingress(client, subject, error: error, time: time))
        if let mapped { trace.add(TraceEvent.mapping(to: mapped.span, time: time)) }
    }
}
