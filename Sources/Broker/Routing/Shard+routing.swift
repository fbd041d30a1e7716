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
            receivers += routeAnswer(
                origin, from: account, subject, tail, shape, roundTrip: origin.session?.roundTrip ?? 0)
        }
        if let trace = origin.trace {
            return receivers + routeTraced(trace, origin, in: account, subject: subject, tail, shape)
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
        if match.isSimple { return receivers }
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
        guard match.crossesAccounts, origin.journey == nil else {
            return routeEverywhere(match, origin, account, subject, tail, shape)
        }
        var origin = origin
        let journey = takeJourney()
        _ = journey.visit(account.number, subject)
        origin.journey = journey
        defer { giveBack(journey) }
        return routeEverywhere(match, origin, account, subject, tail, shape)
    }

    private func routeEverywhere(
        _ match: Match, _ origin: Origin, _ account: Account, _ subject: Span<UInt8>, _ tail: Span<UInt8>,
        _ shape: MessageShape
    ) -> Int {
        var receivers = 0
        for imported in match.imported {
            if deliver(origin, to: imported, account, subject, tail, shape) { receivers += 1 }
        }
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

    func deliver(
        _ kind: Parcel.Kind, _ origin: Origin, to subscription: Subscription, _ account: Account,
        _ subject: Span<UInt8>, _ tail: Span<UInt8>, _ shape: MessageShape
    ) -> Bool {
        switch subscription.target {
        case .client, .foreign:
            return deliver(kind, origin, to: subscription, account, subject, matched: nil, tail, shape)
        case .streamImport(let parent, let stream):
            guard origin.hops == 0, isOpen(until: stream.validUntil) else { return false }
            let kind = kind == .choice ? Parcel.Kind.importersChoice : kind
            if stream.keepsSubject {
                return deliver(kind, origin, to: parent, account, subject, matched: nil, tail, shape)
            }
            guard let local = stream.toLocal.rename(subject) else { return false }
            return deliver(kind, origin, to: parent, account, local.span, matched: subject, tail, shape)
        case .serviceImport(let service, let exporter):
            return request(origin, service, exporter, subject, tail, shape)
        case .system(.userInformation):
            answerUserInformation(origin, in: account, reply: tail.extracting(shape.reply))
            return true
        case .system(.subscribers):
            answerSubscribers(
                origin, in: account, reply: tail.extracting(shape.reply),
                body: tail.extracting(shape.payloadStart + shape.headerCount..<tail.count - 2))
            return true
        case .system(let service):
            // What an account may ask about itself is not what others may ask through its exports.
            guard account === systemAccount || origin.hops == 0 else { return false }
            // The server does not ask itself.
            guard origin.connection != 0 else { return false }
            forward(to: service, origin, account, subject, tail, shape)
            return true
        case .inbox:
            handOver(answer: subject, in: account, tail, shape)
            return true
        }
    }

    /// Through a stream import.
    private func deliver(
        _ origin: Origin, to imported: Match.Imported, _ account: Account, _ subject: Span<UInt8>, _ tail: Span<UInt8>,
        _ shape: MessageShape
    ) -> Bool {
        // What came in through a service import is not handed on as a stream.
        guard origin.hops == 0, isOpen(until: imported.stream.validUntil) else { return false }
        guard let local = imported.local else {
            return deliver(.copies, origin, to: imported.parent, account, subject, matched: nil, tail, shape)
        }
        return deliver(.copies, origin, to: imported.parent, account, local.span, matched: subject, tail, shape)
    }

    /// To a client's subscription, here or on another shard.
    ///
    /// - Parameters:
    ///   - subject: as the client sees it.
    ///   - matched: as it was found in the account's index, where that differs.
    func deliver(
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
        case .streamImport, .serviceImport, .system, .inbox:
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
            context.decisions.record(
                .deliver, decision, by: client, on: index, subject: subject, queue: subscription.queue)
        }
        return decision.isAllowed
    }

    func isOpen(until time: Int64) -> Bool {
        time == 0 || context.environment.moment().seconds <= time
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
