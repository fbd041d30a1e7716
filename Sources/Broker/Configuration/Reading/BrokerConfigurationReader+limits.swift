extension BrokerConfigurationReader {
    mutating func readLimit(_ entry: Entry, as key: String) {
        switch key {
        case "max_payload": readPositive(entry, \.maximumPayload, most: Int(Int32.max))
        case "max_pending": readPositive(entry, \.maximumPending, most: 1 << 40)
        case "max_control_line": readPositive(entry, \.maximumControlLine, most: Int(Int32.max))
        case "max_closed_clients": readPositive(entry, \.maximumClosedClients, most: 1_000_000)
        case "ping_max": readPositive(entry, \.maximumPingsOut, most: 1000)
        case "max_connections": readMaximumConnections(entry)
        case "max_subscriptions": readMaximumSubscriptions(entry)
        case "max_sub_tokens": configuration.maximumSubscriptionTokens = integer(entry, in: 1...255)
        case "ping_interval": readDuration(entry, \.pingInterval)
        case "write_deadline": readDuration(entry, \.writeDeadline)
        case "write_timeout": readWriteTimeout(entry)
        case "lame_duck_duration":
            guard let duration = textualDuration(entry) else { return }
            guard duration >= .seconds(30) else {
                return wrong(
                    entry.value, "lame duck mode takes 30 seconds at least", remedy: "write \(entry.key): \"30s\"")
            }
            configuration.lameDuckDuration = duration
        case "lame_duck_grace_period":
            if let duration = textualDuration(entry), duration != .zero {
                configuration.lameDuckGracePeriod = duration
            }
        case "no_header_support": configuration.supportsHeaders = !(flag(entry) ?? false)
        case "connect_error_reports", "reconnect_error_reports": _ = integer(entry, example: "1")
        case "feature_flags":
            for member in section(entry, example: "{ name: true }")?.entries ?? [] { _ = flag(member) }
        // How nats-server looks up subscriptions and slows publishers down; nothing that a client can tell.
        case "no_fast_producer_stall", "disable_sublist_cache": _ = flag(entry)
        default: break
        }
    }

    /// A limit of at least 1; 0 leaves the default, as in nats-server.
    private mutating func readPositive(_ entry: Entry, _ path: WritableKeyPath<BrokerConfiguration, Int>, most: Int) {
        guard let number = integer(entry, example: String(configuration[keyPath: path])), number != 0 else { return }
        guard let value = Int(exactly: number), (1...most).contains(value) else {
            return wrong(
                entry.value, "\"\(entry.key)\" is \(number), which is not from 1 to \(most)",
                remedy: "write a number in that range; the default is \(configuration[keyPath: path])")
        }
        configuration[keyPath: path] = value
    }

    private mutating func readMaximumConnections(_ entry: Entry) {
        guard let number = integer(entry, example: "65536"), number != 0 else { return }
        guard let value = Int(exactly: number), (-1...Int(Int32.max)).contains(value) else {
            return wrong(
                entry.value, "\"\(entry.key)\" is \(number), which is no number of clients",
                remedy: "write a number from 1, or -1 to let none in")
        }
        configuration.maximumConnections = max(0, value)
    }

    private mutating func readMaximumSubscriptions(_ entry: Entry) {
        guard let number = integer(entry, example: "1000") else { return }
        guard let value = Int(exactly: number), (-1...Int(Int32.max)).contains(value) else {
            return wrong(
                entry.value, "\"\(entry.key)\" is \(number), which is no number of subscriptions",
                remedy: "write a number from 1, or 0 for no limit")
        }
        configuration.maximumSubscriptions = value > 0 ? value : nil
    }

    private mutating func readWriteTimeout(_ entry: Entry) {
        guard let word = text(entry) else { return }
        guard let timeout = BrokerConfiguration.WriteTimeout(rawValue: word) else {
            return wrong(
                entry.value, "\"\(entry.key)\" is default, close or retry", remedy: "write one of these words")
        }
        configuration.writeTimeout = timeout
    }
}
