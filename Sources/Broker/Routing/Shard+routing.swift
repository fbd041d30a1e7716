import Authorization
import Subjects

// From a published message to everybody who gets it.

extension Shard {
    /// Delivers a message that its sender was allowed to publish.
    ///
    /// - Parameters:
    ///   - tail: reply subject, lengths, headers and body, as every receiver gets them.
    ///   - match: who gets it, if that is known already.
    /// - Returns: how many receivers it had; 0 means that nobody could answer a request.
    @discardableResult
    func route(
        _ origin: Origin, in account: Account, subject: Span<UInt8>, _ tail: Span<UInt8>, _ shape: MessageShape,
        match known: Match? = nil
    ) -> Int {
        var receivers = 0
        if hasPrefix(subject, ReplyRoutes.prefix) {
            receivers += routeAnswer(origin, from: account, subject, tail, shape)
        }
        // A known match is its holder's, and not retained once more.
        if let known { return receivers + spread(known, origin, in: account, subject, tail, shape) }
        return receivers + spread(account.interest.match(subject), origin, in: account, subject, tail, shape)
    }

    /// To everybody in a match.
    @inline(__always)
    private func spread(
        _ match: Match, _ origin: Origin, in account: Account, _ subject: Span<UInt8>, _ tail: Span<UInt8>,
        _ shape: MessageShape
    ) -> Int {
        if match.isEmpty { return 0 }
        var receivers = deliverLocally(match, origin, subject, tail, shape)
        for foreign in match.foreign {
            hand(to: foreign.shard, foreign.slots, origin, account, subject, tail, shape)
            receivers += foreign.slots.count
        }
        if match.others.isEmpty && match.groups.isEmpty { return receivers }
        return receivers + routeFurther(match, origin, account, subject, tail, shape)
    }

    /// To the clients of this shard that subscribed in the account itself.
    @inline(__always)
    private func deliverLocally(
        _ match: Match, _ origin: Origin, _ subject: Span<UInt8>, _ tail: Span<UInt8>, _ shape: MessageShape
    ) -> Int {
        var receivers = 0
        for receiver in match.local where receiver.deliver(subject, tail, shape, from: origin) { receivers += 1 }
        return receivers
    }

    private func routeFurther(
        _ match: Match, _ origin: Origin, _ account: Account, _ subject: Span<UInt8>, _ tail: Span<UInt8>,
        _ shape: MessageShape
    ) -> Int {
        var origin = origin
        if match.crossesAccounts, origin.journey == nil {
            origin.journey = Journey(from: Journey.Stop(account: account.number, subject: copied(subject)))
        }
        var receivers = 0
        for subscription in match.others {
            if deliver(.copies, origin, to: subscription, account, subject, tail, shape) { receivers += 1 }
        }
        for group in match.groups {
            if deliverToOne(of: group.members, origin, account, subject, tail, shape) { receivers += 1 }
        }
        return receivers
    }

    /// One member of a queue group gets the message: a random one, or where that one may not or cannot take it, the next.
    func deliverToOne(
        of members: [Subscription], _ origin: Origin, _ account: Account, _ subject: Span<UInt8>, _ tail: Span<UInt8>,
        _ shape: MessageShape
    ) -> Bool {
        let first = random.next(below: members.count)
        for offset in members.indices {
            let place = first + offset < members.count ? first + offset : first + offset - members.count
            if deliver(.choice, origin, to: members[place], account, subject, tail, shape) { return true }
        }
        return false
    }

    private func deliver(
        _ kind: Parcel.Kind, _ origin: Origin, to subscription: Subscription, _ account: Account,
        _ subject: Span<UInt8>, _ tail: Span<UInt8>, _ shape: MessageShape
    ) -> Bool {
        switch subscription.target {
        case .client, .foreign:
            return deliver(kind, origin, to: subscription, account, subject, matched: nil, tail, shape)
        case .streamImport(let parent, let stream):
            // What came in through a service import is not handed on as a stream.
            guard origin.hops == 0, isOpen(until: stream.validUntil) else { return false }
            let kind = kind == .choice ? Parcel.Kind.importersChoice : kind
            if stream.keepsSubject {
                return deliver(kind, origin, to: parent, account, subject, matched: nil, tail, shape)
            }
            guard let local = stream.toLocal.rename(subject) else { return false }
            return deliver(kind, origin, to: parent, account, local.span, matched: subject, tail, shape)
        case .serviceImport(let service, let exporter):
            return request(origin, service, exporter, subject, tail, shape)
        case .system(let service):
            // What an account may ask about itself is not what others may ask through its exports.
            guard account === systemAccount || origin.hops == 0 else { return false }
            forward(to: service, origin, account, subject, tail, shape)
            return true
        case .callout:
            handOver(calloutAnswer: subject, in: account, tail, shape)
            return true
        }
    }

    /// To a client's subscription, here or on another shard.
    ///
    /// - Parameters:
    ///   - subject: as the client sees it.
    ///   - matched: as it was found in the account's index, where that differs.
    private func deliver(
        _ kind: Parcel.Kind, _ origin: Origin, to subscription: Subscription, _ account: Account,
        _ subject: Span<UInt8>, matched: Span<UInt8>?, _ tail: Span<UInt8>, _ shape: MessageShape
    ) -> Bool {
        switch subscription.target {
        case .client(let session):
            return session.deliver(subscription, subject, tail, shape, from: origin)
        case .foreign(let shard):
            // Asked here too, so that a member of a group who may not have the message leaves it to another.
            guard isAdmitted(subject, to: subscription, recordingAllowed: false) else { return false }
            hand(kind, to: shard, subscription.slot, origin, account, subject, matched: matched, tail, shape)
            return true
        case .streamImport, .serviceImport, .system, .callout:
            return false
        }
    }

    /// Asks whether a message may be delivered on a subject to a subscription that a deny meets.
    ///
    /// - Parameter recordingAllowed: whether a yes is the last word, or will be asked for once more.
    @inline(__always)
    func isAdmitted(_ subject: Span<UInt8>, to subscription: Subscription, recordingAllowed: Bool) -> Bool {
        guard let client = subscription.filter else { return true }
        let decision = client.decide(.deliver, subject: subject, queue: subscription.queue)
        if recordingAllowed || !decision.isAllowed {
            context.decisions.record(.deliver, decision, by: client, subject: subject, queue: subscription.queue)
        }
        return decision.isAllowed
    }

    private func isOpen(until time: Int64) -> Bool {
        time == 0 || context.environment.moment().seconds <= time
    }

    // MARK: Service imports

    /// Takes a request over to the exporting account, with a reply subject of the server's own.
    private func request(
        _ origin: Origin, _ service: ServiceImport, _ exporter: Account, _ subject: Span<UInt8>, _ tail: Span<UInt8>,
        _ shape: MessageShape
    ) -> Bool {
        guard isOpen(until: service.validUntil),
            var remote = service.keepsSubject ? copied(subject) : service.toRemote.rename(subject)
        else { return false }
        // The exporter's mappings hold for whatever enters its account.
        switch exporter.mappings.outcome(of: remote.span, using: &random) {
        case .kept: break
        case .moved(let mapped): remote = mapped
        case .lost: return true
        }
        guard var onward = origin.crossing(to: service.exporter, remote) else { return false }

        var way: [UInt8] = []
        if shape.replyCount > 0 {
            let route = ReplyRoutes.Route(
                importer: service.importer, reply: copied(tail.extracting(shape.reply)), answers: service.responses,
                threshold: service.threshold, open: service.open, now: context.monotonicNow)
            guard let opened = exporter.replies.open(route) else { return false }
            way = opened
        }
        if let client = origin.client {
            context.decisions.record(
                .importUse, .allowed(Rule(.unrestricted)), by: client, subject: remote, exporter: exporter.identity)
        }
        let stamped = RequestIdentity.stamp(
            headerCount: shape.headerCount, payload: tail.extracting(shape.payload(tail.count)),
            client: origin.client, roundTrip: origin.session?.roundTrip, importer: accounts[service.importer].identity,
            isShared: service.sharesIdentity)
        let message = ComposedMessage(
            reply: way.span, headerCount: stamped.headerCount, payload: stamped.bytes.span, serial: nextSerial())
        onward.shared = nil
        let receivers = route(onward, in: exporter, subject: remote.span, message.tail.span, message.shape)
        if receivers == 0, !way.isEmpty { exporter.replies.close(way) }
        return receivers > 0
    }

    /// Takes an answer back to where its request came from, or hands it to the shard that knows the way.
    func routeAnswer(
        _ origin: Origin, from account: Account, _ subject: Span<UInt8>, _ tail: Span<UInt8>, _ shape: MessageShape
    ) -> Int {
        guard let shard = ReplyRoutes.shard(of: subject), peers.indices.contains(shard) else { return 0 }
        guard shard == index else {
            // Ways of requests that cross several accounts are all kept by one shard, so only what a client publishes has
            // to be handed over.
            guard origin.hops == 0, let client = origin.client else { return 0 }
            hand(answer: subject, to: shard, origin, account, tail, shape, by: client)
            return 1
        }
        guard !account.replies.isEmpty,
            let way = account.replies.take(
                copied(subject), isEmpty: shape.payloadStart + 2 == tail.count, now: context.monotonicNow),
            let onward = origin.crossing(to: way.importer, way.reply)
        else { return 0 }
        // What comes back has the reply subject that the responder gave it, and everything else as it was.
        return route(onward, in: accounts[way.importer], subject: way.reply.span, tail, shape)
    }

    @inline(__always)
    private func hasPrefix(_ subject: Span<UInt8>, _ prefix: StaticString) -> Bool {
        guard subject.count > prefix.utf8CodeUnitCount else { return false }
        return prefix.withUTF8Buffer { bytes in
            for index in bytes.indices where subject[index] != bytes[index] { return false }
            return true
        }
    }

    // MARK: The server's own

    /// One of the server's services has answered a request.
    func take(_ answer: ServiceAnswer) {
        announce(answer.subject, answer.body, in: accounts[answer.account])
        if let connection = answer.connection { sessions[connection]?.serviceAnswered() }
    }

    /// Takes a message for one of the server's services to the control plane. Its sender's next commands wait until that
    /// has answered, so that they find done what was asked for.
    private func forward(
        to service: SystemService, _ origin: Origin, _ account: Account, _ subject: Span<UInt8>, _ tail: Span<UInt8>,
        _ shape: MessageShape
    ) {
        guard !isStopping else { return }
        origin.session?.awaitService()
        let headers = shape.payloadStart..<shape.payloadStart + shape.headerCount
        let body = headers.upperBound..<tail.count - 2
        let request = ServiceRequest(
            subject: copied(subject), headers: copied(tail.extracting(headers)), body: copied(tail.extracting(body)),
            reply: copied(tail.extracting(shape.reply)), account: account.number, shard: index,
            connection: origin.connection)
        control.execute { $0.handle(request, service) }
    }

    /// Publishes a message of the server itself.
    func announce(_ subject: [UInt8], _ body: [UInt8], in account: Account) {
        guard !subject.isEmpty else { return }
        let message = ComposedMessage(reply: [UInt8]().span, headerCount: 0, payload: body.span, serial: nextSerial())
        route(Origin(), in: account, subject: subject.span, message.tail.span, message.shape)
    }
}
