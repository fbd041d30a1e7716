import Authorization

/// What an account is doing and has done, gathered from all shards.
struct AccountStatistics: Sendable {
    let account: AccountIdentity
    /// The name in its JWT, or its own.
    let name: String
    let connections: Int
    var subscriptions = 0
    var traffic = Traffic()
    var slowConsumers: UInt64 = 0

    mutating func add(_ share: AccountShare) {
        subscriptions = max(subscriptions, share.subscriptions)
        traffic = traffic + share.traffic
        slowConsumers &+= share.tally.slowConsumers
    }

    /// The members of an answer, or of an event about it.
    func write(to writer: inout PageWriter) {
        writer.add("acc", account.text)
        writer.add("name", name)
        writer.add("conns", connections)
        writer.add("leafnodes", 0)
        // In a cluster those of all servers; this one is alone.
        writer.add("total_conns", connections)
        writer.add("num_subscriptions", subscriptions)
        write("sent", traffic.sent, to: &writer)
        write("received", traffic.received, to: &writer)
        writer.add("slow_consumers", slowConsumers)
    }

    private func write(_ name: String, _ volume: Volume, to writer: inout PageWriter) {
        writer.object(name) { writer in
            volume.write(to: &writer)
            for kind in ["gateways", "routes", "leafs"] { writer.object(kind) { Volume().write(to: &$0) } }
        }
    }
}

extension Volume {
    func write(to writer: inout PageWriter) {
        writer.add("msgs", messages)
        writer.add("bytes", bytes)
    }
}

/// `accstatz`
struct AccountStatisticsPage: PageBody {
    let server: String
    /// Unix nanoseconds.
    let now: Int64
    let accounts: [AccountStatistics]

    func write(to writer: inout PageWriter) {
        writer.object { writer in
            writer.add("server_id", server)
            writer.add("now", UTCTimestamp.text(nanoseconds: now))
            writer.list("account_statz", accounts) { writer, account in writer.object { account.write(to: &$0) } }
        }
    }
}

/// The event that says how many connections an account has, and the answer to that question.
struct AccountConnectionsEvent: PageBody {
    let id: String
    /// Unix nanoseconds.
    let now: Int64
    /// The `server` member.
    let server: String
    let statistics: AccountStatistics

    func write(to writer: inout PageWriter) {
        writer.object { writer in
            writer.add("type", "io.nats.server.advisory.v1.account_connections")
            writer.add("id", id)
            writer.add("timestamp", UTCTimestamp.text(nanoseconds: now))
            writer.add("server", json: server)
            statistics.write(to: &writer)
        }
    }

    var text: String {
        var writer = PageWriter(isIndented: false)
        write(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
