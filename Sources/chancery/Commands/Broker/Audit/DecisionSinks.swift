import Authorization

/// Hands each decision to every sink that wants it.
final class DecisionSinks: DecisionSink {
    private let sinks: [any DecisionSink]

    private init(_ sinks: [any DecisionSink]) {
        self.sinks = sinks
    }

    /// One sink for all that are there; nil where there are none.
    static func joined(_ sinks: [(any DecisionSink)?]) -> (any DecisionSink)? {
        let sinks = sinks.compactMap(\.self)
        return sinks.count > 1 ? DecisionSinks(sinks) : sinks.first
    }

    func wants(_ action: Action, isAllowed: Bool) -> Bool { sinks.contains { $0.wants(action, isAllowed: isAllowed) } }

    var wantsDepartures: Bool { sinks.contains(where: \.wantsDepartures) }

    func record(_ event: DecisionEvent, on loop: Int) {
        let isDeparture = event.departure != nil && event.refusal == nil
        for sink in sinks
        where isDeparture ? sink.wantsDepartures : sink.wants(event.action, isAllowed: event.decision.isAllowed) {
            sink.record(event, on: loop)
        }
    }

    func put(_ settings: ResolvedSettings) {
        for sink in sinks { sink.put(settings) }
    }
}
