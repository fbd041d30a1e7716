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
        let decision = client.decide(.subscribe, subject: subject.span, queue: queue)
        let pattern = try? Pattern(bytes: subject)
        if pattern != nil || !decision.isAllowed {
            context.decisions.record(
                .subscribe, decision, by: client, on: shard.index, subject: subject, queue: queue)
        }
        // Whoever may subscribe to some subjects only may not to what is none; all others are told that it is none.
        guard decision.isAllowed else {
            logSubscriptionViolation(subject, queue: queue, id: id)
            sendError(ErrorLine.subscriptionViolation(subject, queue: queue))
            return
        }
        guard !hasTooManyTokens(subject) else {
            logTooManyTokens(subject, id: id)
            sendError(ErrorLine.tooManyTokens(subject))
            return
        }
        guard subscriptions.count < maximumSubscriptions else {
            logBounded(ErrorLine.maximumSubscriptionsExceeded)
            sendError(ErrorLine.maximumSubscriptionsExceeded)
            return
        }
        // A number that is taken keeps its first subscription.
        guard subscriptions[id] == nil else { return sendOKIfVerbose() }
        guard let pattern else {
            sendError(ErrorLine.invalidSubject)
            return
        }
        subscriptions[id] = shard.subscribe(
            self, in: account, pattern, queue: queue, id: id, filter: client.filter(of: subject, queue: queue))
        sendOKIfVerbose()
    }

    /// Whether a subject has more tokens than the server takes in a subscription.
    private func hasTooManyTokens(_ subject: [UInt8]) -> Bool {
        guard let most = context.rules.settings.maximumSubscriptionTokens else { return false }
        return subject.count { $0 == UInt8(ascii: ".") } >= most
    }

    func unsubscribe(_ command: Command, _ bytes: Span<UInt8>) {
        let id = copied(bytes.extracting(command.subscription.start..<command.subscription.end))
        if let subscription = subscriptions[id] {
            if command.maximum > subscription.delivered {
                subscription.maximum = command.maximum
            } else {
                remove(subscription)
                if !shard.measurements.isEmpty, let account {
                    shard.endMeasurements(in: account, of: subscription.pattern)
                }
            }
        }
        sendOKIfVerbose()
    }

    func remove(_ subscription: Subscription) {
        guard !subscription.isRemoved, let account else { return }
        subscriptions[subscription.id] = nil
        if isTraced { traceRemoval(subscription) }
        shard.unsubscribe(subscription, in: account)
    }

    /// Registers again what the client subscribed to before it said who it is, as far as it may have it now.
    func restoreSubscriptions() {
        let earlier = earlierSubscriptions
        earlierSubscriptions = []
        guard let account, let client else { return }
        for subscription in earlier where subscriptions.count < maximumSubscriptions {
            let pattern = subscription.pattern
            guard client.decide(.subscribe, subject: pattern.bytes.span, queue: subscription.queue).isAllowed else {
                continue
            }
            let again = shard.subscribe(
                self, in: account, pattern, queue: subscription.queue, id: subscription.id,
                filter: client.filter(of: pattern.bytes, queue: subscription.queue))
            again.maximum = subscription.maximum
            again.delivered = subscription.delivered
            subscriptions[subscription.id] = again
        }
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
            context.decisions.record(
                .subscribe, decision, by: client, on: shard.index, subject: pattern, queue: subscription.queue)
            remove(subscription)
            logSubscriptionViolation(pattern, queue: subscription.queue, id: subscription.id)
            sendError(
                ErrorLine.subscriptionViolation(
                    pattern, queue: subscription.queue, subscription: subscription.id))
        }
    }

    /// The least of what user, account and server allow.
    var maximumSubscriptions: Int {
        min(client?.principal.maximumSubscriptions ?? .max, context.rules.settings.maximumSubscriptions ?? .max)
    }
}
