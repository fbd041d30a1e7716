extension ConnectionOrder {
    /// Where a connection stands: those with smaller keys come first. Connections of one key are sorted by their number.
    ///
    /// - Parameter now: Unix nanoseconds.
    func key(_ report: ConnectionReport, now: Int64) -> Int64 {
        switch self {
        case .id: 0
        case .start: report.startedAt
        case .subscriptions: -Int64(clamping: report.subscriptionCount)
        case .pending: -Int64(clamping: report.pending)
        case .messagesTo: -Int64(clamping: report.traffic.sent.messages)
        case .messagesFrom: -Int64(clamping: report.traffic.received.messages)
        case .bytesTo: -Int64(clamping: report.traffic.sent.bytes)
        case .bytesFrom: -Int64(clamping: report.traffic.received.bytes)
        case .last: 0 &- report.lastActivity
        case .idle: report.lastActivity
        case .uptime: (report.ending?.at ?? now) &- report.startedAt
        case .stop: 0 &- (report.ending?.at ?? 0)
        case .reason: report.ending.map { Int64(Self.reasons[$0.state] ?? 0) } ?? 0
        case .roundTrip: 0 &- report.roundTrip
        }
    }

    /// The reasons' places in the order of their texts.
    private static let reasons: [ClosedState: Int] = Dictionary(
        uniqueKeysWithValues: ClosedState.allCases.sorted { $0.rawValue < $1.rawValue }.enumerated()
            .map { ($1, $0) })
}
