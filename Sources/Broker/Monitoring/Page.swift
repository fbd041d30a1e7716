/// What can be asked of the server, over HTTP and over the system account: nats-server's pages, by what they are about.
enum Page: String, Sendable, Hashable, CaseIterable {
    case server = "VARZ"
    case connections = "CONNZ"
    case subscriptions = "SUBSZ"
    case accounts = "ACCOUNTZ"
    case accountStatistics = "STATZ"
    case health = "HEALTHZ"
    case routes = "ROUTEZ"
    case gateways = "GATEWAYZ"
    case leafNodes = "LEAFZ"
    case jetStream = "JSZ"
    case raft = "RAFTZ"
    case queues = "IPQUEUESZ"
    /// One account in detail.
    case account = "INFO"
    /// How many connections an account has.
    case accountConnections = "CONNS"
}
