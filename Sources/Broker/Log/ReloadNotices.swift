/// What a reload changed, in nats-server's words and order, which programs look for.
enum ReloadNotices {
    /// - Returns: `Reloaded: max_payload = 1024`, and so on. Passwords, tokens and keys are never in it.
    static func lines(from old: BrokerConfiguration, to new: BrokerConfiguration) -> [String] {
        var lines: [String] = []
        func note<Value: Equatable>(_ value: (BrokerConfiguration) -> Value, _ text: @autoclosure () -> String) {
            if value(old) != value(new) { lines.append("Reloaded: \(text())") }
        }
        // Closures where there is an optional on the way: the address sanitizer ends at a key path through one.
        note(\.clientAdvertise, "client_advertise = \(new.clientAdvertise ?? "")")
        note(\.trace, "trace = \(new.trace)")
        note(\.debug, "debug = \(new.debug)")
        note(\.logging.tracesSystem, "trace_verbose = \(new.logging.tracesSystem)")
        note(\.logging.tracesHeadersOnly, "trace_headers = \(new.logging.tracesHeadersOnly)")
        note(\.logTime, "logtime = \(new.logTime)")
        note(\.logging.usesUTC, "logtime_utc = \(new.logging.usesUTC)")
        note(\.maximumConnections, "max_connections = \(new.maximumConnections)")
        note(\.maximumSubscriptions, "max_subscriptions = \(new.maximumSubscriptions ?? 0)")
        note(\.keyUsers, "authorization nkey users")
        note(\.passwordUsers, "authorization users")
        note(\.accounts, "accounts")
        note(\.preloadedAccounts, "accounts")
        note(\.defaultSentinel, "default_sentinel = [REDACTED]")
        note({ $0.authorization?.user }, "authorization username")
        note({ $0.authorization?.password }, "authorization password")
        note({ $0.authorization?.token }, "authorization token")
        note(\.pingInterval, "ping_interval = \(text(new.pingInterval))")
        note(\.maximumPingsOut, "ping_max = \(new.maximumPingsOut)")
        note(\.authorizationTimeout, "authorization timeout = \(seconds(new.authorizationTimeout))")
        note(\.maximumControlLine, "max_control_line = \(new.maximumControlLine)")
        note(\.maximumPayload, "max_payload = \(new.maximumPayload)")
        note(\.maximumPending, "max_pending = \(new.maximumPending)")
        note(\.pidFile, "pid_file = \(new.pidFile ?? "")")
        note(\.portsFileDirectory, "ports_file_dir = \(new.portsFileDirectory ?? "")")
        note(\.logging.file, "log_file = \(new.logging.file ?? "")")
        note({ $0.tls?.timeout }, "tls timeout = \(seconds(new.tls?.timeout ?? .zero))")
        // The files are read again in any case.
        if old.tls != nil || new.tls != nil {
            lines.append("Reloaded: tls = \(new.tls == nil ? "disabled" : "enabled")")
        }
        note({ $0.tls?.pinnedKeys }, "\(new.tls?.pinnedKeys?.count ?? 0) pinned_certs")
        note(
            { $0.tls?.handshakeFirst },
            "Client TLS handshake first: \(new.tls.map { $0.handshakeFirst != .no } ?? false)")
        note(\.writeDeadline, "write_deadline = \(text(new.writeDeadline))")
        note(\.logging.maximumTracedMessage, "max_traced_msg_len = \(new.logging.maximumTracedMessage ?? 0)")
        note(\.serverTags, "tags")
        note(\.serverMetadata, "metadata")
        note(\.trustedProxies, "proxies trusted keys")
        return lines
    }

    /// A duration as Go writes it: `30s`, `2m0s`, `1h0m0s`, `1.5s`, `250ms`.
    static func text(_ duration: Duration) -> String {
        let nanoseconds = duration.nanoseconds
        guard nanoseconds >= 1_000_000_000 else {
            return nanoseconds % 1_000_000 == 0
                ? nanoseconds == 0 ? "0s" : "\(nanoseconds / 1_000_000)ms" : "\(nanoseconds)ns"
        }
        let whole = nanoseconds / 1_000_000_000
        let (hours, minutes) = (whole / 3600, whole / 60 % 60)
        let rest = decimal(nanoseconds - (whole - whole % 60) * 1_000_000_000) + "s"
        if hours > 0 { return "\(hours)h\(minutes)m\(rest)" }
        return minutes > 0 ? "\(minutes)m\(rest)" : rest
    }

    /// `2` or `0.5`
    private static func seconds(_ duration: Duration) -> String { decimal(duration.nanoseconds) }

    /// Nanoseconds as seconds, without zeros at the end.
    private static func decimal(_ nanoseconds: Int64) -> String {
        let (whole, part) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        guard part != 0 else { return "\(whole)" }
        var digits = String(part)
        digits = String(repeating: "0", count: max(0, 9 - digits.count)) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}

extension BrokerConfiguration {
    fileprivate var allUsers: [UserConfiguration] { (authorization?.users ?? []) + accounts.flatMap(\.users) }

    fileprivate var keyUsers: [UserConfiguration] {
        allUsers.filter { if case .key = $0.credential { true } else { false } }
    }

    fileprivate var passwordUsers: [UserConfiguration] {
        allUsers.filter { if case .password = $0.credential { true } else { false } }
    }
}
