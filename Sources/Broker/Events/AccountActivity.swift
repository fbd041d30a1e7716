import Authorization

/// What went on in one account: what `$SYS.ACCOUNT.<account>.SERVER.CONNS` tells.
struct AccountActivity: Sendable {
    let account: AccountIdentity
    let name: String
    var connections: Int
    /// In all shards together, the server's own included.
    var subscriptions = 0
    var traffic = Traffic()
    var slowConsumers: UInt64 = 0

    /// Adds what one shard knows.
    mutating func add(_ share: Share) {
        subscriptions = max(subscriptions, share.subscriptions)
        traffic = traffic + share.traffic
        slowConsumers &+= share.slowConsumers
    }

    /// One shard's part.
    struct Share: Sendable {
        /// In the shard's replica: those of all shards.
        let subscriptions: Int
        let traffic: Traffic
        let slowConsumers: UInt64

        init(_ account: Account) {
            subscriptions = account.interest.count
            traffic = account.traffic
            slowConsumers = account.tally.slowConsumers
        }
    }

    /// The whole event.
    func text(id: String, moment: Int64, server: JSONText) -> String {
        var json = JSONText()
        json.add("type", "io.nats.server.advisory.v1.account_connections")
        json.add("id", id)
        json.add("timestamp", UTCTimestamp.text(nanoseconds: moment))
        json.add("server", server)
        json.add("acc", account.text)
        json.add("name", name)
        json.add("conns", UInt64(clamping: connections))
        json.add("leafnodes", UInt64(0))
        json.add("total_conns", UInt64(clamping: connections))
        json.add("num_subscriptions", UInt64(clamping: subscriptions))
        json.add("sent", Self.everywhere(traffic.sent))
        json.add("received", Self.everywhere(traffic.received))
        json.add("slow_consumers", slowConsumers)
        return json.text
    }

    /// A volume, and what of it went over connections to other servers: nothing.
    private static func everywhere(_ volume: Volume) -> JSONText {
        var json = volume.json
        for way in ["gateways", "routes", "leafs"] { json.add(way, Volume().json) }
        return json
    }
}
