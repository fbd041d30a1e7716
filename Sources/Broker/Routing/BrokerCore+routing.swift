import Authorization
import NKeys
import Subjects

// From a published message to everybody who gets it.

extension BrokerCore {
    /// Most accounts that a message may pass through on its way.
    static let maximumHops = 16

    /// Where a message is from, for what depends on it along the way.
    struct Origin {
        /// The publishing connection; nil for the server itself.
        var session: Session?
        /// Where the message has been; nil while it cannot cross accounts.
        var journey: Journey?
        /// How many service imports it has passed on this way.
        var hops = 0

        /// The origin for the next account, or nil where the message has been there already.
        func crossing(to account: PublicKey, _ subject: [UInt8]) -> Origin? {
            guard hops < BrokerCore.maximumHops else { return nil }
            guard journey?.visit(Journey.Stop(account: account, subject: subject)) ?? true else { return nil }
            return Origin(session: session, journey: journey, hops: hops + 1)
        }
    }

    /// The places that one message has been to on all its ways through service imports. It comes to each only once, so
    /// that imports that form circles, or many ways to one place, multiply nothing.
    final class Journey {
        struct Stop: Hashable {
            let account: PublicKey
            let subject: [UInt8]
        }

        /// Most crossings of one message in all. Imports can be written so that each crossing leads to several others on
        /// ever new subjects; whatever tenants write, a message costs the others no more than this.
        private static let budget = 128

        private var stops: Set<Stop>

        init(from stop: Stop) {
            stops = [stop]
        }

        /// Whether the message comes to a place for the first time, and may still go on.
        func visit(_ stop: Stop) -> Bool {
            stops.count <= Self.budget && stops.insert(stop).inserted
        }
    }

    /// Delivers a message that its sender was allowed to publish.
    ///
    /// - Returns: how many receivers it had; 0 means that nobody could answer a request.
    @discardableResult
    func route(
        _ origin: Origin, in account: Account, subject: Span<UInt8>, reply: Span<UInt8>, headerCount: Int,
        payload: Span<UInt8>
    ) -> Int {
        var receivers = 0
        if !account.replies.isEmpty, hasPrefix(subject, ReplyRoutes.prefix) {
            receivers += routeAnswer(origin, from: account, subject, reply, headerCount, payload)
        }
        let match = account.interest.match(subject)
        var origin = origin
        if match.crossesAccounts, origin.journey == nil {
            origin.journey = Journey(from: Journey.Stop(account: account.key, subject: copied(subject)))
        }
        for index in match.plain.indices {
            let subscription = match.plain[index]
            if deliver(origin, to: subscription, subject, reply, headerCount, payload) { receivers += 1 }
        }
        for group in match.groups.indices {
            if deliverToOne(of: match.groups[group], origin, subject, reply, headerCount, payload) { receivers += 1 }
        }
        return receivers
    }

    /// One member of a queue group gets the message: a random one, or where that one may not or cannot take it, the next.
    private func deliverToOne(
        of members: [Subscription], _ origin: Origin, _ subject: Span<UInt8>, _ reply: Span<UInt8>, _ headerCount: Int,
        _ payload: Span<UInt8>
    ) -> Bool {
        let first = Int.random(in: 0..<members.count)
        for offset in members.indices {
            let member = members[(first + offset) % members.count]
            if deliver(origin, to: member, subject, reply, headerCount, payload) { return true }
        }
        return false
    }

    private func deliver(
        _ origin: Origin, to subscription: Subscription, _ subject: Span<UInt8>, _ reply: Span<UInt8>,
        _ headerCount: Int,
        _ payload: Span<UInt8>
    ) -> Bool {
        switch subscription.target {
        case .client(let session):
            if origin.session === session, !session.options.echo, origin.hops == 0 { return false }
            return session.deliver(subscription, subject, reply, headerCount, payload)
        case .streamImport(let session, let parent, let stream):
            // What came in through a service import is not handed on as a stream.
            guard origin.hops == 0, isOpen(until: stream.validUntil) else { return false }
            if stream.toLocal.isIdentity { return session.deliver(parent, subject, reply, headerCount, payload) }
            guard let local = stream.toLocal.rename(subject) else { return false }
            return session.deliver(parent, local.span, reply, headerCount, payload)
        case .serviceImport(let service):
            return request(origin, service, subject, reply, headerCount, payload)
        case .system(let service):
            return service.handle(self, origin, subject, reply, headerCount, payload)
        }
    }

    private func isOpen(until time: Int64) -> Bool {
        time == 0 || environment.moment().seconds <= time
    }

    // MARK: Service imports

    /// Takes a request over to the exporting account, with a reply subject of the server's own.
    private func request(
        _ origin: Origin, _ service: ServiceImport, _ subject: Span<UInt8>, _ reply: Span<UInt8>, _ headerCount: Int,
        _ payload: Span<UInt8>
    ) -> Bool {
        guard isOpen(until: service.validUntil),
            let remote = service.toRemote.isIdentity ? copied(subject) : service.toRemote.rename(subject),
            let onward = origin.crossing(to: service.exporter.key, remote)
        else { return false }

        var way: [UInt8] = []
        if reply.count > 0 {
            let route = ReplyRoutes.Route(
                importer: service.importer, reply: copied(reply), answers: service.responses,
                deadline: monotonicNow.addingSaturating(service.threshold))
            guard let opened = service.exporter.replies.open(route) else { return false }
            way = opened
        }
        if let session = origin.session {
            decisions.record(
                .importUse, .allowed(Rule(.unrestricted)), by: session, subject: remote, exporter: service.exporter.key)
        }
        let message = RequestIdentity.stamp(
            headerCount: headerCount, payload: payload, session: origin.session, importer: service.importer,
            isShared: service.sharesIdentity)
        let receivers = route(
            onward, in: service.exporter, subject: remote.span,
            reply: way.span, headerCount: message.headerCount, payload: message.bytes.span)
        if receivers == 0, !way.isEmpty { service.exporter.replies.close(way) }
        return receivers > 0
    }

    /// Takes an answer back to where its request came from.
    private func routeAnswer(
        _ origin: Origin, from account: Account, _ subject: Span<UInt8>, _ reply: Span<UInt8>, _ headerCount: Int,
        _ payload: Span<UInt8>
    ) -> Int {
        guard let way = account.replies.take(copied(subject), isEmpty: payload.count == 0, now: monotonicNow),
            let onward = origin.crossing(to: way.importer.key, way.reply)
        else { return 0 }
        return route(
            onward, in: way.importer, subject: way.reply.span,
            reply: reply, headerCount: headerCount, payload: payload)
    }

    @inline(__always)
    private func hasPrefix(_ subject: Span<UInt8>, _ prefix: [UInt8]) -> Bool {
        guard subject.count > prefix.count else { return false }
        for index in prefix.indices where subject[index] != prefix[index] { return false }
        return true
    }
}
