import Authorization
import Subjects
import Wire

// Registering and withdrawing interest.

extension Session {
    func subscribe(_ command: Command, _ bytes: Span<UInt8>) {
        guard let account, let client else { return }
        let subject = copied(bytes.extracting(command.argument.start..<command.argument.end))
        let id = copied(bytes.extracting(command.subscription.start..<command.subscription.end))
        let queue = command.option.isEmpty ? nil : copied(bytes.extracting(command.option.start..<command.option.end))
        guard let pattern = try? Pattern(bytes: subject) else {
            sendError(ErrorLine.invalidSubject)
            return
        }
        let decision = client.decide(.subscribe, subject: subject.span, queue: queue)
        context.decisions.record(.subscribe, decision, by: client, subject: subject, queue: queue)
        guard decision.isAllowed else {
            sendError(ErrorLine.subscriptionViolation(text(subject), queue: queue.map(text)))
            return
        }
        guard subscriptions.count < maximumSubscriptions else {
            sendError(ErrorLine.maximumSubscriptionsExceeded)
            return
        }
        // A number that is taken keeps its first subscription.
        guard subscriptions[id] == nil else { return sendOKIfVerbose() }
        subscriptions[id] = shard.subscribe(
            self, in: account, pattern, queue: queue, id: id, filter: client.filter(of: subject, queue: queue))
        sendOKIfVerbose()
    }

    func unsubscribe(_ command: Command, _ bytes: Span<UInt8>) {
        let id = copied(bytes.extracting(command.subscription.start..<command.subscription.end))
        if let subscription = subscriptions[id] {
            if command.maximum > subscription.delivered {
                subscription.maximum = command.maximum
            } else {
                remove(subscription)
            }
        }
        sendOKIfVerbose()
    }

    func remove(_ subscription: Subscription) {
        guard !subscription.isRemoved, let account else { return }
        subscriptions[subscription.id] = nil
        shard.unsubscribe(subscription, in: account)
    }

    func removeAllSubscriptions() {
        for subscription in Array(subscriptions.values) { remove(subscription) }
    }

    /// Applies the client's program to the subscriptions that are there: what it no longer allows is removed, and the
    /// client told; the connection stays (rule S15).
    func applyProgram() {
        guard let client else { return }
        for subscription in Array(subscriptions.values) {
            let pattern = subscription.pattern.bytes
            let decision = client.decide(.subscribe, subject: pattern.span, queue: subscription.queue)
            if decision.isAllowed {
                let filter = client.filter(of: pattern, queue: subscription.queue)
                if filter != nil || subscription.filter != nil { shard.filter(subscription, by: filter) }
                continue
            }
            context.decisions.record(.subscribe, decision, by: client, subject: pattern, queue: subscription.queue)
            remove(subscription)
            sendError(
                ErrorLine.subscriptionViolation(
                    text(pattern), queue: subscription.queue.map(text), subscription: text(subscription.id)))
        }
    }

    /// The least of what user, account and server allow.
    var maximumSubscriptions: Int {
        min(client?.principal.maximumSubscriptions ?? .max, context.rules.settings.maximumSubscriptions ?? .max)
    }

    private func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}
