/// What the server does and has done, gathered from all shards.
struct ServerStatistics: Sendable {
    /// Unix nanoseconds.
    var startedAt: Int64 = 0
    var process = ProcessUsage()
    var cores = 0
    /// Open connections, whether they have signed in or not, and all since the start.
    var connections = 0
    var totalConnections: UInt64 = 0
    /// Accounts with connections.
    var activeAccounts = 0
    /// In all accounts, those of the server's own included.
    var subscriptions = 0
    var traffic = Traffic()
    var tally = ShardTally()

    /// The `statsz` member of an answer.
    var json: JSONText {
        var json = JSONText()
        json.add("start", UTCTimestamp.text(nanoseconds: startedAt))
        json.add("mem", process.memory)
        json.add("cores", UInt64(clamping: cores))
        json.add("cpu", process.processor)
        json.add("connections", UInt64(clamping: connections))
        json.add("total_connections", totalConnections)
        json.add("active_accounts", UInt64(clamping: activeAccounts))
        json.add("subscriptions", UInt64(clamping: subscriptions))
        json.add("sent", traffic.sent.json)
        json.add("sent_to_clients", traffic.sent.json)
        json.add("received", traffic.received.json)
        json.add("received_from_clients", traffic.received.json)
        json.add("slow_consumers", tally.slowConsumers)
        if tally.staleConnections > 0 { json.add("stale_connections", tally.staleConnections) }
        json.add("active_servers", UInt64(1))
        return json
    }
}

extension Volume {
    var json: JSONText {
        var json = JSONText()
        json.add("msgs", messages)
        json.add("bytes", bytes)
        return json
    }
}

/// A shard's share of the statistics.
struct ShardStatistics: Sendable {
    /// Connections that have not ended.
    var connections = 0
    /// In the shard's replica: those of all shards.
    var subscriptions = 0
    var traffic = Traffic()
    var tally = ShardTally()
}

extension Shard {
    var statistics: ShardStatistics {
        var statistics = ShardStatistics(tally: tally)
        statistics.connections = sessions.values.count { !$0.isEnding }
        for account in accounts {
            statistics.subscriptions += account.interest.count
            statistics.traffic = statistics.traffic + account.traffic
        }
        return statistics
    }
}

extension ControlPlane {
    func gatherStatistics(whenDone: @escaping (ServerStatistics) -> Void) {
        gather {
            $0.statistics
        } whenDone: { [self] parts in
            var statistics = ServerStatistics()
            statistics.startedAt = context.startedAt
            statistics.process = context.process.read(at: context.monotonicNow)
            statistics.cores = ProcessUsage.cores
            statistics.totalConnections = context.totalConnections
            statistics.activeAccounts = tenants.count { !$0.connections.isEmpty }
            statistics.subscriptions = parts.map(\.subscriptions).max() ?? 0
            for part in parts {
                statistics.connections += part.connections
                statistics.traffic = statistics.traffic + part.traffic
                statistics.tally = statistics.tally + part.tally
            }
            whenDone(statistics)
        }
    }
}
