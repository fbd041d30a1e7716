import Authorization
import Wire

// Publishing and receiving.

extension Session {
    func publish(_ command: Command, _ bytes: Span<UInt8>) {
        guard let account, let principal else { return }
        let subject = bytes.extracting(command.argument.start..<command.argument.end)
        let reply = bytes.extracting(command.option.start..<command.option.end)
        if command.headerCount > 0, !options.headers {
            // Without a word, as servers do: the client broke what it had announced itself.
            close(telling: nil)
            return
        }
        if options.pedantic, !SubjectRules.isLiteral(subject) { sendError(ErrorLine.invalidPublishSubject) }

        guard mayPublish(subject, reply, principal) else { return }
        sendOKIfVerbose()
        let receivers = core.route(
            BrokerCore.Origin(session: self), in: account, subject: subject, reply: reply,
            headerCount: command.headerCount, payload: bytes.extracting(command.payload.start..<command.payload.end))
        if receivers == 0, reply.count > 0, options.noResponders { tellNoResponders(subject, reply, in: account) }
    }

    /// Asks the one decision function, and tells the client and the sink what it said.
    private func mayPublish(
        _ subject: Span<UInt8>, _ reply: Span<UInt8>, _ principal: Principal
    ) -> Bool {
        if reply.count > 0 {
            let decision = principal.permissions.decide(reply: reply)
            if !decision.isAllowed {
                core.decisions.record(.publish, decision, by: self, subject: reply)
                sendError(ErrorLine.replyViolation(text(of: reply)))
                return false
            }
        }
        let decision = principal.permissions.decide(.publish, subject: subject)
        if decision.isAllowed {
            core.decisions.record(.publish, decision, by: self, subject: subject)
            return true
        }
        guard decision.rule.effect != .reserved, credits.spend(subject, now: core.monotonicNow) else {
            return refusePublish(decision, subject)
        }
        let answer = principal.permissions.decide(.respond, subject: subject)
        core.decisions.record(.respond, answer, by: self, subject: subject)
        return answer.isAllowed ? true : refusePublish(decision, subject)
    }

    private func refusePublish(_ decision: Decision, _ subject: Span<UInt8>) -> Bool {
        core.decisions.record(.publish, decision, by: self, subject: subject)
        sendError(ErrorLine.publishViolation(text(of: subject)))
        return false
    }

    private func text(of subject: Span<UInt8>) -> String {
        String(decoding: copied(subject), as: UTF8.self)
    }

    /// Answers a request that nobody could take, on the requester's own subscription to the reply subject.
    private func tellNoResponders(_ subject: Span<UInt8>, _ reply: Span<UInt8>, in account: Account) {
        let match = account.interest.match(reply)
        for subscription in match.plain {
            guard case .client(let session) = subscription.target, session === self else { continue }
            let block = Array("NATS/1.0 503\r\nNats-Subject: ".utf8) + copied(subject) + Array("\r\n\r\n".utf8)
            _ = deliver(subscription, reply, [UInt8]().span, block.count, block.span)
            return
        }
    }

    /// Hands a message to one of the session's subscriptions.
    ///
    /// - Returns: whether it was taken. A member of a queue group that may not have it leaves it to another.
    func deliver(
        _ subscription: Subscription, _ subject: Span<UInt8>, _ reply: Span<UInt8>, _ headerCount: Int,
        _ payload: Span<UInt8>
    ) -> Bool {
        guard isActive, !subscription.isRemoved, let principal else { return false }
        if subscription.isFiltered {
            let decision = principal.permissions.decide(.deliver, subject: subject, queue: subscription.queue)
            core.decisions.record(.deliver, decision, by: self, subject: subject, queue: subscription.queue)
            guard decision.isAllowed else { return false }
        }
        if let terms = principal.program.response, reply.count > 0 {
            credits.grant(reply, terms, now: core.monotonicNow)
        }
        let id = subscription.id
        let isTaken: Bool
        if headerCount > 0, !options.headers {
            // A client without headers gets the body alone.
            let body = payload.extracting(headerCount..<payload.count)
            isTaken = appendMessage(subject, id.span, reply, 0, body)
        } else {
            isTaken = appendMessage(subject, id.span, reply, headerCount, payload)
        }
        guard isTaken else { return false }
        subscription.delivered &+= 1
        if subscription.maximum > 0, subscription.delivered >= subscription.maximum { remove(subscription) }
        return true
    }
}

/// What subjects look like.
enum SubjectRules {
    /// Whether a subject is well formed and without wildcards.
    static func isLiteral(_ subject: Span<UInt8>) -> Bool {
        guard subject.count > 0 else { return false }
        var start = 0
        for index in 0...subject.count where index == subject.count || subject[index] == UInt8(ascii: ".") {
            let count = index - start
            if count == 0 { return false }
            if count == 1, subject[start] == UInt8(ascii: "*") || subject[start] == UInt8(ascii: ">") { return false }
            start = index + 1
        }
        return true
    }
}
