import Authorization
import Subjects

// The way of messages that are traced. The same receivers get them as any others; each is looked at by itself, and what
// became of it is noted. Receivers on other shards are asked, and the events are published when all have answered.

extension Shard {
    /// Most traces that wait for other shards at a time; beyond those, messages are not traced.
    private static let mostTraces = 1024

    private var time: String { context.environment.timestamp() }

    /// Delivers a traced message to everybody in a match.
    func routeTraced(
        _ trace: TracedMessage, _ origin: Origin, in account: Account, subject: Span<UInt8>, _ tail: Span<UInt8>,
        _ shape: MessageShape
    ) -> Int {
        let match = account.interest.match(subject)
        var origin = origin
        let journey = match.crossesAccounts && origin.journey == nil ? takeJourney() : nil
        if let journey {
            _ = journey.visit(account.number, subject)
            origin.journey = journey
        }
        defer { if let journey { giveBack(journey) } }
        var receivers = 0
        for subscription in match.plain
        where deliverTraced(trace, origin, to: subscription, account, subject, tail, shape) {
            receivers += 1
        }
        for group in match.groups {
            let first = random.next(below: group.members.count)
            let members = group.members[first...] + group.members[..<first]
            if members.contains(where: { deliverTraced(trace, origin, to: $0, account, subject, tail, shape) }) {
                receivers += 1
            }
        }
        return receivers
    }

    private func deliverTraced(
        _ trace: TracedMessage, _ origin: Origin, to subscription: Subscription, _ account: Account,
        _ subject: Span<UInt8>, _ tail: Span<UInt8>, _ shape: MessageShape
    ) -> Bool {
        switch subscription.target {
        case .client, .foreign:
            let receiver = TraceReceiver(
                slot: UInt32(truncatingIfNeeded: subscription.slot), pattern: subscription.pattern.bytes,
                queue: subscription.queue, account: origin.hops > 0 ? account.identity.text : nil)
            return deliverTraced(trace, origin, to: subscription, receiver, subject, tail, shape)
        case .streamImport(let parent, let stream):
            guard origin.hops == 0, isOpen(until: stream.validUntil),
                let local = stream.keepsSubject ? copied(subject) : stream.toLocal.rename(subject)
            else { return false }
            let importer = accounts[stream.importer]
            trace.add(TraceEvent.streamExport(to: importer, local.span, time: time))
            guard stream.allowsTrace else {
                return trace.isOnly
                    ? false
                    : deliver(.copies, origin, to: parent, account, local.span, matched: nil, tail, shape)
            }
            let receiver = TraceReceiver(
                slot: UInt32(truncatingIfNeeded: parent.slot), pattern: subscription.pattern.bytes,
                queue: subscription.queue, account: importer.identity.text)
            return deliverTraced(trace, origin, to: parent, receiver, local.span, tail, shape)
        case .serviceImport(let service, let exporter):
            return request(origin, service, exporter, subject, tail, shape)
        case .system, .inbox:
            return trace.isOnly || deliver(.copies, origin, to: subscription, account, subject, tail, shape)
        }
    }

    private func deliverTraced(
        _ trace: TracedMessage, _ origin: Origin, to subscription: Subscription, _ receiver: TraceReceiver,
        _ subject: Span<UInt8>, _ tail: Span<UInt8>, _ shape: MessageShape
    ) -> Bool {
        switch subscription.target {
        case .client(let session):
            let (isTaken, event) = deliverTraced(
                receiver, to: session, subscription, subject, tail, shape, origin, isOnly: trace.isOnly)
            trace.add(event)
            return isTaken
        case .foreign(let shard):
            guard isAdmitted(subject, to: subscription, recordingAllowed: false) else { return false }
            if trace.awaited == 0 { traces[trace.id] = trace }
            trace.awaited += 1
            let delivery = TracedDelivery(
                trace: trace.id, isOnly: trace.isOnly, receiver: receiver, subject: copied(subject),
                tail: copied(tail), shape: shape, connection: origin.connection, hops: origin.hops)
            // What was gathered before goes first.
            handOver()
            peers[shard].post(.traced(delivery, from: index))
            return true
        case .streamImport, .serviceImport, .system, .inbox:
            return false
        }
    }

    /// Delivers a traced message to one of this shard's clients, and says what became of it.
    private func deliverTraced(
        _ receiver: TraceReceiver, to session: Session, _ subscription: Subscription, _ subject: Span<UInt8>,
        _ tail: Span<UInt8>, _ shape: MessageShape, _ origin: Origin, isOnly: Bool
    ) -> (isTaken: Bool, event: JSONText) {
        var error: String?
        if session.id == origin.connection, !session.options.echo {
            error = "Not delivered because of no echo"
        } else if subscription.isRemoved {
            error = "Not delivered because subscription is closed"
        } else if !isAdmitted(subject, to: subscription, recordingAllowed: false) {
            error = "Not delivered because subscription denies this subject"
        } else if !isOnly, !session.deliver(subscription, subject, tail, shape, from: origin) {
            error = "Not delivered because client is closed"
        }
        let event = TraceEvent.egress(
            receiver, connection: session.id, name: session.options.name, error: error, time: time)
        return (error == nil, event)
    }

    /// Delivers what another shard has traced, and tells it what became of it.
    func deliver(_ traced: TracedDelivery, from shard: Int) {
        var event: JSONText?
        if let subscription = slots[Int(traced.receiver.slot)], case .client(let session) = subscription.target {
            var origin = Origin(connection: traced.connection)
            origin.hops = traced.hops
            var shape = traced.shape
            shape.serial = nextSerial()
            event =
                deliverTraced(
                    traced.receiver, to: session, subscription, traced.subject.span, traced.tail.span, shape, origin,
                    isOnly: traced.isOnly
                ).event
        }
        guard !isStopping else { return }
        peers[shard].post(.traceEvent(trace: traced.trace, event))
    }

    // MARK: Ends of traces

    /// A number for a trace, or nil while too many wait for other shards.
    func nextTrace() -> UInt64? {
        guard traces.count < Self.mostTraces else { return nil }
        lastTrace &+= 1
        return lastTrace
    }

    /// Another shard tells what became of a message there.
    func take(_ event: JSONText?, of trace: UInt64) {
        guard let traced = traces[trace] else { return }
        if let event { traced.add(event) }
        traced.awaited -= 1
        publishIfComplete(traced)
    }

    /// A traced message has been handed to everybody.
    func finish(_ trace: TracedMessage) {
        trace.isRouted = true
        publishIfComplete(trace)
    }

    private func publishIfComplete(_ trace: TracedMessage) {
        guard trace.isRouted, trace.awaited == 0, !isStopping else { return }
        traces[trace.id] = nil
        let (content, destination, account, index) = (trace.content, trace.destination, trace.account, index)
        control.execute { plane in
            var json = JSONText()
            json.add("server", plane.serverMember())
            json.add("request", content.request)
            json.add("events", content.events)
            plane.shards[index].post(
                .serviceAnswer(
                    ServiceAnswer(
                        account: account, subject: destination, body: Array(json.text.utf8), connection: nil)))
        }
    }
}
