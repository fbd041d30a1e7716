/// A request to a service that is measured.
struct LatencyMeasurement {
    /// The accounts' numbers.
    let exporter: Int
    let importer: Int
    let results: [UInt8]
    /// The reply subject that the requester waits on; empty for none.
    let reply: [UInt8]
    /// Who asks, as far as the importer shares it.
    let requestor: JSONText
    /// Nanoseconds.
    let requestorRoundTrip: Int64
    let headers: LatencySampling.TraceHeaders
    /// When it came, Unix nanoseconds and monotonic.
    let arrival: (wall: Int64, monotonic: Int64)
    /// When it is over without an answer, monotonic nanoseconds.
    let deadline: Int64

    /// How a request ended.
    enum Outcome: UInt64 {
        case answered = 200
        /// It has no reply subject.
        case badRequest = 400
        /// Nobody waits for the answer any more.
        case interestLost = 408
        /// Nobody offers the service.
        case unavailable = 503
        /// No answer came in time.
        case timeout = 504

        fileprivate var description: String? {
            switch self {
            case .answered: nil
            case .badRequest: "Bad Request"
            case .interestLost: "Request Timeout"
            case .unavailable: "Service Unavailable"
            case .timeout: "Service Timeout"
            }
        }
    }

    /// Who answered.
    struct Responder {
        let identity: JSONText
        /// Nanoseconds.
        let roundTrip: Int64
        /// When the answer came, and when it had been handed on, monotonic nanoseconds.
        let arrival: Int64
        let handedOn: Int64
    }

    private static let type = "io.nats.server.metric.v1.service_latency"

    /// The measurement as it is published.
    ///
    /// - Parameters:
    ///   - responder: nil where nobody answered; all times are 0 then.
    ///   - id: names the message.
    ///   - time: of its writing, as text.
    func message(_ outcome: Outcome, by responder: Responder?, id: String, time: String) -> String {
        var json = JSONText()
        json.add("type", Self.type)
        json.add("id", id)
        json.add("timestamp", time)
        json.add("status", outcome.rawValue)
        if let description = outcome.description { json.add("description", description) }
        json.add("requestor", requestor)
        if let responder { json.add("responder", responder.identity) }
        if !headers.isEmpty {
            var members = JSONText()
            for (name, values) in headers { members.add(name, values) }
            json.add("header", members)
        }
        json.add("start", UTCTimestamp.text(nanoseconds: arrival.wall.subtractingSaturating(requestorRoundTrip)))
        let times: (service: UInt64, system: UInt64, total: UInt64) = responder.map(times) ?? (0, 0, 0)
        json.add("service", times.service)
        json.add("system", times.system)
        json.add("total", times.total)
        return json.text
    }

    /// What the responder took, what the server took, and all together with the ways to both clients.
    private func times(_ responder: Responder) -> (service: UInt64, system: UInt64, total: UInt64) {
        let answered = responder.arrival.subtractingSaturating(arrival.monotonic)
        let service = UInt64(clamping: answered.subtractingSaturating(responder.roundTrip))
        let system = UInt64(clamping: responder.handedOn.subtractingSaturating(responder.arrival))
        let ways = UInt64(clamping: responder.roundTrip).addingSaturating(UInt64(clamping: requestorRoundTrip))
        return (service, system, service.addingSaturating(system).addingSaturating(ways))
    }
}

/// The measurements that a shard has begun, by the ways that the answers come back on.
struct LatencyMeasurements {
    /// Most at a time: beyond so many, requests are not measured.
    static let capacity = 8192

    private var measurements: [Way: LatencyMeasurement] = [:]

    @inline(__always)
    var isEmpty: Bool { measurements.isEmpty }

    var isFull: Bool { measurements.count >= Self.capacity }

    mutating func begin(_ measurement: LatencyMeasurement, on way: Way) {
        measurements[way] = measurement
    }

    mutating func take(_ way: Way) -> LatencyMeasurement? {
        measurements.removeValue(forKey: way)
    }

    /// Takes out those whose time is over.
    mutating func takeExpired(now: Int64) -> [LatencyMeasurement] {
        guard !measurements.isEmpty else { return [] }
        let expired = measurements.filter { $0.value.deadline < now }
        for way in expired.keys { measurements[way] = nil }
        return Array(expired.values)
    }

    /// Those of an importing account, with their ways.
    func of(importer: Int) -> [(way: Way, measurement: LatencyMeasurement)] {
        measurements.filter { $0.value.importer == importer }.map { (way: $0.key, measurement: $0.value) }
    }
}

extension FixedWidthInteger {
    func subtractingSaturating(_ other: Self) -> Self {
        let (difference, overflow) = subtractingReportingOverflow(other)
        guard overflow else { return difference }
        return other > 0 ? .min : .max
    }
}
