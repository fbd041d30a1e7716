import Subjects

/// Something that nats-server and Chancery's broker do otherwise for the holders of a role, with an example that shows it.
public struct EngineDifference: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// nats-server accepts a subscription that is wider than what is allowed, and delivers of it what is allowed.
        case widerSubscription = "wider-subscription"
        /// Through such a subscription nats-server delivers more than the file allows, since no deny can say it.
        case widerDelivery = "wider-delivery"
        /// nats-server refuses a subscription since a deny fits it as if it were a subject; the broker accepts it and
        /// keeps back what is denied.
        case narrowerSubscription = "narrower-subscription"
        /// nats-server takes a message whose reply subject its sender may not subscribe to.
        case reply
    }

    public let kind: Kind
    /// The entry of the claims that it comes from; empty for replies.
    public let entry: String
    /// The example's queue group; nil for none.
    public let queue: String?
    /// The example: the pattern of a subscription; of a reply the subject of the message.
    public let subject: String
    /// Of a delivery what is delivered, of a reply the reply subject; empty for others.
    public let object: String
    /// Where the entry comes from.
    public let sources: [PolicyPosition]

    public init(
        kind: Kind, entry: String, queue: String?, subject: String, object: String, sources: [PolicyPosition]
    ) {
        self.kind = kind
        self.entry = entry
        self.queue = queue
        self.subject = subject
        self.object = object
        self.sources = sources
    }

    /// What happens, in a sentence.
    public var description: String {
        let group = queue.map { " in the group \($0)" } ?? ""
        switch kind {
        case .widerSubscription: return "nats-server accepts a subscription to \(subject)\(group) for \(entry)"
        case .widerDelivery: return "nats-server delivers \(object) to a subscription to \(subject)\(group)"
        case .narrowerSubscription:
            return "nats-server refuses a subscription to \(subject)\(group) for the deny \(entry)"
        case .reply: return "nats-server takes a message on \(subject) with the reply subject \(object)"
        }
    }
}

extension EngineDifference {
    /// Whether a subscription that engines answer otherwise is a case of this difference.
    public func covers(subscription pattern: String, queue: String?) -> Bool {
        guard kind == .widerSubscription || kind == .narrowerSubscription else { return false }
        guard let known = ClaimEntry.read([entry]).first else { return false }
        if known.queue == nil {
            // A plain allow is for no group, a plain deny for all.
            guard queue == nil || kind == .narrowerSubscription else { return false }
        } else {
            guard queue.map(known.names) == true else { return false }
        }
        // The server looks a SUB up as if it were a subject.
        return known.pattern.matches(Array(pattern.utf8).span)
    }

    /// Whether a message that only nats-server delivers is a case of this difference.
    public func covers(delivery subject: String, queue: String?) -> Bool {
        guard kind == .widerDelivery, let known = ClaimEntry.read([entry]).first else { return false }
        guard known.queue == nil ? queue == nil : queue.map(known.names) == true else { return false }
        return known.pattern.beyond?.matches(Array(subject.utf8).span) == true
    }

    /// Whether the models of the engines answer the example otherwise.
    func occurs(in role: CompiledRole) throws -> Bool {
        let values = role.anybody
        let models = try (EngineModel(.broker, role, values), EngineModel(.natsServer, role, values))
        switch kind {
        case .widerSubscription, .narrowerSubscription:
            return models.0.accepts(subject, queue: queue) != models.1.accepts(subject, queue: queue)
        case .widerDelivery:
            return models.1.accepts(subject, queue: queue) && models.1.delivers(object, queue: queue)
                && !models.0.accepts(object, queue: queue)
        case .reply: return !models.0.takes(subject, reply: object) && models.1.takes(subject, reply: object)
        }
    }
}
