extension BrokerConfigurationReader {
    mutating func readLogging(_ entry: Entry, as key: String) {
        switch key {
        case "debug": configuration.debug = flag(entry) ?? false
        case "trace": setTrace(flag(entry))
        case "trace_verbose":
            configuration.logging.tracesSystem = flag(entry) ?? false
            if configuration.logging.tracesSystem { configuration.trace = true }
        case "trace_headers":
            configuration.logging.tracesHeadersOnly = flag(entry) ?? false
            if configuration.logging.tracesHeadersOnly { configuration.trace = true }
        case "logtime": configuration.logTime = flag(entry) ?? true
        case "logtime_utc": configuration.logging.usesUTC = flag(entry) ?? false
        case "logfile": configuration.logging.file = nonEmptyText(entry)
        case "logfile_size_limit": configuration.logging.sizeLimit = optionalLimit(entry)
        case "logfile_max_num": configuration.logging.maximumFiles = optionalLimit(entry)
        case "max_traced_msg_len": configuration.logging.maximumTracedMessage = optionalLimit(entry)
        case "syslog": refuseUnlessOff(entry, "the system log")
        case "prof_port":
            if let port = integer(entry, example: "0"), port != 0 { refuse(entry, "profiling") }
        case "prof_block_rate": _ = integer(entry, example: "0")
        case "pid_file": configuration.pidFile = nonEmptyText(entry)
        default: configuration.portsFileDirectory = nonEmptyText(entry)
        }
    }

    private mutating func setTrace(_ trace: Bool?) {
        // The more special keys switch it on wherever they stand.
        let logging = configuration.logging
        configuration.trace = trace ?? false || logging.tracesSystem || logging.tracesHeadersOnly
    }

    /// A number; nil for 0 and less, which stand for no limit.
    private mutating func optionalLimit(_ entry: Entry) -> Int? {
        guard let number = integer(entry, example: "0"), number > 0 else { return nil }
        return Int(exactly: number)
    }
}
