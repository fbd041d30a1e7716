import Authorization
import Subjects

// Requests to other accounts' services, and their answers.

extension Shard {
    /// Takes a request over to the exporting account, with a reply subject of the server's own.
    func request(
        _ origin: Origin, _ service: ServiceImport, _ exporter: Account, _ subject: Span<UInt8>, _ tail: Span<UInt8>,
        _ shape: MessageShape
    ) -> Bool {
        guard isOpen(until: service.validUntil) else { return false }
        if service.keepsSubject, exporter.mappings.isEmpty {
            return request(on: subject, from: subject, origin, service, exporter, tail, shape)
        }
        guard var remote = service.keepsSubject ? copied(subject) : service.toRemote.rename(subject) else {
            return false
        }
        // The exporter's mappings hold for whatever enters its account.
        switch exporter.mappings.outcome(of: remote.span, using: &random) {
        case .kept: break
        case .moved(let mapped): remote = mapped
        case .lost: return true
        }
        return request(on: remote.span, from: subject, origin, service, exporter, tail, shape)
    }

    private func request(
        on subject: Span<UInt8>, from local: Span<UInt8>, _ origin: Origin, _ service: ServiceImport,
        _ exporter: Account, _ tail: Span<UInt8>,
        _ shape: MessageShape
    ) -> Bool {
        guard var onward = origin.crossing(to: service.exporter, subject) else { return false }
        if origin.hops == 0 { onward.isShared = service.sharesIdentity }
        if let trace = origin.trace {
            trace.add(
                TraceEvent.serviceImport(to: exporter, subject, from: local, time: context.environment.timestamp()))
            if !service.allowsTrace {
                if trace.isOnly { return false }
                onward.trace = nil
            }
        }
        var way: Way?
        if shape.replyCount > 0 {
            let route = ReplyRoutes.Route(
                importer: service.importer, reply: copied(tail.extracting(shape.reply)), answers: service.responses,
                threshold: service.threshold, open: service.open, now: context.monotonicNow)
            way = exporter.replies.open(route)
            guard way != nil else { return false }
        }
        if let client = origin.client {
            context.decisions.record(
                .importUse, .allowed(Rule(.unrestricted)), by: client, on: index, subject: subject,
                exporter: exporter.identity)
        }
        let measurement =
            service.latency == nil ? nil : measurement(of: origin, service, tail, shape)
        let payload = tail.extracting(shape.payload(tail.count))
        let given = payload.extracting(0..<shape.headerCount)
        let untraced = origin.trace == nil ? [] : TracedMessage.disabled(given)
        let headers = identities.block(
            origin.trace == nil ? given : untraced.span, origin.client, origin.session?.roundTrip ?? 0,
            in: accounts[service.importer], server: context.identity.name, isShared: onward.isShared)
        let body = payload.extracting(shape.headerCount..<payload.count)
        onward.shared = nil
        guard let way else {
            let message = ComposedMessage(
                reply: [UInt8]().span, headers: headers.span, body: body, serial: nextSerial())
            let receivers = route(onward, in: exporter, subject: subject, message.tail.span, message.shape)
            if let measurement { publish(measurement, .badRequest) }
            return receivers > 0
        }
        let message = ComposedMessage(
            reply: way.bytes.span, headers: headers.span, body: body, serial: nextSerial())
        if let measurement { measurements.begin(measurement, on: way) }
        let receivers = route(onward, in: exporter, subject: subject, message.tail.span, message.shape)
        if receivers == 0 || onward.trace?.isOnly ?? false {
            exporter.replies.close(way)
            if let measurement = measurement.flatMap({ _ in measurements.take(way) }) {
                publish(measurement, .unavailable)
            }
        }
        return receivers > 0
    }

    /// Takes an answer back to where its request came from, or hands it to the shard that knows the way.
    ///
    /// - Parameter roundTrip: how far away whoever answers is, nanoseconds.
    func routeAnswer(
        _ origin: Origin, from account: Account, _ subject: Span<UInt8>, _ tail: Span<UInt8>, _ shape: MessageShape,
        roundTrip: Int64
    ) -> Int {
        guard let shard = ReplyRoutes.shard(of: subject), peers.indices.contains(shard) else { return 0 }
        guard shard == index else {
            // Ways of requests that cross several accounts are all kept by one shard, so only what a client publishes has
            // to be handed over.
            guard origin.hops == 0, let client = origin.client else { return 0 }
            hand(
                answer: subject, to: shard, origin, account, tail, shape,
                by: Parcel.Responder(client: client, roundTrip: roundTrip))
            return 1
        }
        let now = context.monotonicNow
        guard !account.replies.isEmpty, let way = Way(subject),
            let route = account.replies.take(way, isEmpty: shape.payloadStart + 2 == tail.count, now: now),
            var onward = origin.crossing(to: route.importer, route.reply.span)
        else { return 0 }
        if let trace = origin.trace {
            if trace.isOnly { return 0 }
            onward.trace = nil
        }
        // What comes back has the reply subject that the responder gave it, and everything else as it was.
        let measurement = measurements.isEmpty ? nil : measurements.take(way)
        let receivers = self.route(
            onward, in: accounts[route.importer], subject: route.reply.span, tail, shape)
        if let measurement { conclude(measurement, answeredBy: origin.client, roundTrip, arrival: now) }
        return receivers
    }

    // MARK: Journeys

    /// A journey that has been nowhere.
    func takeJourney() -> Journey {
        journeys.popLast() ?? Journey()
    }

    func giveBack(_ journey: Journey) {
        guard journeys.count < Self.mostJourneys else { return }
        journey.forget()
        journeys.append(journey)
    }

    private static let mostJourneys = 4
}
