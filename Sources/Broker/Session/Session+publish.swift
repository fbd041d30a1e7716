import Authorization
import NIOCore
import Wire

// Publishing and receiving.

extension Session {
    /// Handles PUB and HPUB.
    ///
    /// - Parameter input: the buffer that `bytes` are the content of.
    func publish(
        _ command: Command, _ bytes: Span<UInt8>, _ input: ByteBuffer, by client: Client, in account: Account
    ) {
        let subject = bytes.extracting(command.argument.start..<command.argument.end)
        traffic.received.count(command.payload.end &- command.payload.start)
        if options.pedantic { judge(subject) }
        if command.headerCount > 0, let trace = requestedTrace(command, bytes, in: account) {
            return publish(traced: trace, subject, command, bytes, input, by: client, in: account)
        }
        if account.mappings.isEmpty { return publish(on: subject, command, bytes, input, by: client, in: account) }
        switch account.mappings.outcome(of: subject, using: &shard.random) {
        case .kept: publish(on: subject, command, bytes, input, by: client, in: account)
        case .moved(let subject): publish(on: subject.span, command, bytes, input, by: client, in: account)
        case .lost: sendOKIfVerbose()
        }
    }

    /// Tells a pedantic client what is wrong with a subject, unless it knows.
    private func judge(_ subject: Span<UInt8>) {
        if !hasJudgedSubject, !SubjectRules.isLiteral(subject) { sendError(ErrorLine.invalidPublishSubject) }
        hasJudgedSubject = false
    }

    /// Publishes on the subject that a message goes to in the end: that is the one that its sender needs permission for.
    @inline(__always)
    private func publish(
        on subject: Span<UInt8>, _ command: Command, _ bytes: Span<UInt8>, _ input: ByteBuffer, by client: Client,
        in account: Account
    ) {
        let reply = bytes.extracting(command.option.start..<command.option.end)
        let match = account.interest.remembered(subject)
        let typed = bytes.extracting(command.argument.start..<command.argument.end)
        guard mayPublish(subject, typed: typed, reply, client, match) else { return }
        send(on: subject, reply, command, bytes, input, by: client, in: account, match: match, trace: nil)
    }

    /// Sends a message on its way that its sender may publish.
    @inline(__always)
    func send(
        on subject: Span<UInt8>, _ reply: Span<UInt8>, _ command: Command, _ bytes: Span<UInt8>, _ input: ByteBuffer,
        by client: Client, in account: Account, match: Match?, trace: TracedMessage?
    ) {
        sendOKIfVerbose()
        var shape = MessageShape(
            replyCount: reply.count, headerCount: command.headerCount, payloadStart: 0, serial: shard.nextSerial())
        var origin = Origin(session: self, client: client, trace: trace, connection: id)
        let receivers: Int
        if !command.tail.isEmpty {
            shape.payloadStart = command.payload.start - command.tail.start
            origin.shared = shared(command.tail, of: input)
            receivers = shard.route(
                origin, in: account, subject: subject, bytes.extracting(command.tail.start..<command.tail.end), shape,
                match: match)
        } else {
            let message = ComposedMessage(
                reply: reply, headerCount: command.headerCount,
                payload: bytes.extracting(command.payload.start..<command.payload.end), serial: shape.serial)
            receivers = shard.route(
                origin, in: account, subject: subject, message.tail.span, message.shape, match: match)
        }
        if receivers == 0, reply.count > 0, options.noResponders { tellNoResponders(subject, reply, in: account) }
    }

    /// Tails of at least this size are handed on as slices of the buffer that they were read into.
    private static let leastShared = 16 << 10

    /// A large tail as a buffer of its own, unless that would keep much more memory in use than the tail needs.
    @inline(__always)
    private func shared(_ tail: ByteRange, of input: ByteBuffer) -> ByteBuffer? {
        guard tail.count >= Self.leastShared, tail.count >= input.capacity / 2 else { return nil }
        return input.getSlice(at: input.readerIndex + tail.start, length: tail.count)
    }

    /// Asks the one decision function, and tells the client and the sink what it said.
    ///
    /// - Parameter typed: the subject before any mapping.
    @inline(__always)
    func mayPublish(
        _ subject: Span<UInt8>, typed: Span<UInt8>, _ reply: Span<UInt8>, _ client: Client, _ match: Match?
    ) -> Bool {
        let decision = match?.decision(for: client) ?? client.decide(.publish, subject: subject)
        if !decision.isAllowed {
            guard mayAnswer(decision, subject, client) else {
                return refusePublish(decision, subject, typed, reply, client)
            }
        }
        if reply.count > 0 {
            let answers = client.decide(reply: reply)
            guard answers.isAllowed else {
                context.decisions.record(.publish, answers, by: client, on: shard.index, subject: reply)
                logReplyViolation(copied(reply))
                sendError(ErrorLine.replyViolation(copied(reply)))
                return false
            }
        }
        if decision.isAllowed {
            context.decisions.record(.publish, decision, by: client, on: shard.index, subject: subject)
        }
        return true
    }

    /// Whether what the publish lists do not allow is an answer to a request that was delivered.
    private func mayAnswer(_ decision: Decision, _ subject: Span<UInt8>, _ client: Client) -> Bool {
        guard decision.rule.effect != .reserved, credits.spend(subject, now: context.monotonicNow) else { return false }
        let answer = client.decide(.respond, subject: subject)
        context.decisions.record(.respond, answer, by: client, on: shard.index, subject: subject)
        return answer.isAllowed
    }

    private func refusePublish(
        _ decision: Decision, _ subject: Span<UInt8>, _ typed: Span<UInt8>, _ reply: Span<UInt8>, _ client: Client
    ) -> Bool {
        context.decisions.record(
            refused: decision, by: client, on: shard.index, subject: subject, typed: typed, reply: reply)
        logPublishViolation(copied(subject))
        sendError(ErrorLine.publishViolation(copied(subject)))
        return false
    }

    /// Answers a request that nobody could take, on the requester's own subscription to the reply subject.
    private func tellNoResponders(_ subject: Span<UInt8>, _ reply: Span<UInt8>, in account: Account) {
        let match = account.interest.match(reply)
        for subscription in match.plain {
            guard case .client(let session) = subscription.target, session === self else { continue }
            let block = Array("NATS/1.0 503\r\nNats-Subject: ".utf8) + copied(subject) + Array("\r\n\r\n".utf8)
            let message = ComposedMessage(
                reply: [UInt8]().span, headerCount: block.count, payload: block.span, serial: shard.nextSerial())
            _ = deliver(subscription, reply, message.tail.span, message.shape, from: Origin())
            return
        }
    }

    /// Hands a message to one of the session's subscriptions.
    ///
    /// - Returns: whether it was taken. A member of a queue group that may not have it leaves it to another.
    @inline(__always)
    func deliver(
        _ subscription: Subscription, _ subject: Span<UInt8>, _ tail: Span<UInt8>, _ shape: MessageShape,
        from origin: Origin
    ) -> Bool {
        guard isActive, !subscription.isRemoved else { return false }
        if origin.connection == id, !options.echo { return false }
        if subscription.filter != nil {
            guard shard.isAdmitted(subject, to: subscription, recordingAllowed: true) else { return false }
        }
        guard hasRoom() else { return false }
        if shape.replyCount > 0, let terms = responseTerms {
            credits.grant(tail.extracting(shape.reply), terms, now: context.monotonicNow)
        }
        if shape.headerCount == 0 || options.headers {
            output.append(
                subject, subscription.label, tail, hasHeaders: shape.headerCount > 0, shared: origin.shared)
        } else {
            appendBody(subscription, subject, tail, shape)
        }
        if isTraced { traceDelivery(subject, subscription, tail, shape) }
        scheduleFlush()
        if output.isHigh() { shard.slowDown(origin) }
        traffic.sent.count(tail.count &- 2 &- shape.payloadStart)
        subscription.delivered &+= 1
        if subscription.delivered >= subscription.maximum { remove(subscription) }
        return true
    }

    /// A client without headers gets the body alone.
    private func appendBody(
        _ subscription: Subscription, _ subject: Span<UInt8>, _ tail: Span<UInt8>, _ shape: MessageShape
    ) {
        let body = shape.payloadStart + shape.headerCount..<tail.count - 2
        let message = ComposedMessage(
            reply: tail.extracting(shape.reply), headerCount: 0, payload: tail.extracting(body), serial: 0)
        output.append(subject, subscription.label, message.tail.span, hasHeaders: false, shared: nil)
    }
}
