import Authorization
import Subjects

// How long services take to answer, for those of their requests that are to be measured.

extension Shard {
    /// Begins to measure a request, if its turn has come. Nothing is measured where there is no system account.
    func measurement(
        of origin: Origin, _ service: ServiceImport, _ tail: Span<UInt8>, _ shape: MessageShape
    ) -> LatencyMeasurement? {
        guard let sampling = service.latency, let client = origin.client, systemAccount != nil, !measurements.isFull
        else { return nil }
        let headers = shape.payloadStart..<shape.payloadStart + shape.headerCount
        guard let trace = sampling.sample(tail.extracting(headers), using: &random) else { return nil }
        let now = context.monotonicNow
        let roundTrip = origin.session?.roundTrip ?? 0
        return LatencyMeasurement(
            exporter: service.exporter, importer: service.importer, results: sampling.results,
            reply: copied(tail.extracting(shape.reply)),
            requestor: RequestIdentity.identity(
                client, roundTrip, in: accounts[service.importer].identity, server: context.identity.name,
                isShared: service.sharesIdentity),
            requestorRoundTrip: roundTrip, headers: trace, arrival: (context.environment.nanoseconds(), now),
            deadline: now.addingSaturating(service.threshold))
    }

    /// A request that is measured was answered.
    ///
    /// - Parameter arrival: when, monotonic nanoseconds.
    func conclude(_ measurement: LatencyMeasurement, answeredBy client: Client?, _ roundTrip: Int64, arrival: Int64) {
        let responder = client.map {
            LatencyMeasurement.Responder(
                identity: RequestIdentity.identity(
                    $0, roundTrip, in: $0.principal.account, server: context.identity.name, isShared: true),
                roundTrip: roundTrip, arrival: arrival, handedOn: context.monotonicNow)
        }
        publish(measurement, .answered, by: responder)
    }

    /// Publishes what a measurement came to, in the exporter's account.
    func publish(
        _ measurement: LatencyMeasurement, _ outcome: LatencyMeasurement.Outcome,
        by responder: LatencyMeasurement.Responder? = nil
    ) {
        let message = measurement.message(
            outcome, by: responder, id: MessageName.random(), time: context.environment.timestamp())
        announce(measurement.results, Array(message.utf8), in: accounts[measurement.exporter])
    }

    /// Some of an account's clients do not listen to a pattern any more: requests whose answers nobody waits for now are
    /// over.
    func endMeasurements(in account: Account, of pattern: Pattern) {
        for (way, measurement) in measurements.of(importer: account.number) {
            let reply = measurement.reply
            guard pattern.matches(reply.span), account.interest.match(reply.span).isEmpty else { continue }
            _ = measurements.take(way)
            accounts[measurement.exporter].replies.close(way)
            publish(measurement, .interestLost)
        }
    }

    /// Requests that were not answered in time.
    func endExpiredMeasurements(now: Int64) {
        for measurement in measurements.takeExpired(now: now) { publish(measurement, .timeout) }
    }
}

/// What messages of the server are told apart by: 22 letters and digits, unique and not secret.
enum MessageName {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return random { generator.next() }
    }

    /// - Parameter next: gives random numbers.
    static func random(_ next: () -> UInt64) -> String {
        var letters: [UInt8] = []
        letters.reserveCapacity(22)
        for _ in 0..<2 {
            var number = next()
            for _ in 0..<11 {
                letters.append(alphabet[Int(number % 62)])
                number /= 62
            }
        }
        return String(decoding: letters, as: UTF8.self)
    }
}
