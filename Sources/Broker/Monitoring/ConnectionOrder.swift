/// What connections can be sorted by, in nats-server's words.
enum ConnectionOrder: String, Sendable, CaseIterable {
    case id = "cid"
    case start
    case subscriptions = "subs"
    case pending
    case messagesTo = "msgs_to"
    case messagesFrom = "msgs_from"
    case bytesTo = "bytes_to"
    case bytesFrom = "bytes_from"
    case last
    case idle
    case uptime
    case stop
    case reason
    case roundTrip = "rtt"
}
