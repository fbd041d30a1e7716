extension BrokerConfigurationReader {
    // MARK: Simple values

    /// Says that a value is not what its key takes.
    mutating func wrong(_ entry: Entry, _ expected: String, example: String) {
        wrong(
            entry.value, "\"\(entry.key)\" takes \(expected), not \(entry.value.kind)",
            remedy: "write \(entry.key): \(example)")
    }

    mutating func wrong(_ value: ConfigurationValue, _ message: String, remedy: String) {
        problems.append(document.problem(.wrongValue, at: value.position, message, remedy: remedy))
    }

    mutating func text(_ entry: Entry) -> String? {
        if case .string(let text) = entry.value.content { return text }
        wrong(entry, "text", example: "\"…\"")
        return nil
    }

    /// Text; an empty one is as if the key were not there, as in nats-server.
    mutating func nonEmptyText(_ entry: Entry) -> String? {
        text(entry).flatMap { $0.isEmpty ? nil : $0 }
    }

    mutating func flag(_ entry: Entry) -> Bool? {
        if case .boolean(let flag) = entry.value.content { return flag }
        wrong(entry, "true or false", example: "true")
        return nil
    }

    mutating func integer(_ entry: Entry, example: String) -> Int64? {
        if case .integer(let number, _) = entry.value.content { return number }
        wrong(entry, "a whole number", example: example)
        return nil
    }

    // MARK: Limits

    /// A limit of at least 1; 0 leaves the default, as in nats-server.
    mutating func readLimit(_ entry: Entry, _ path: WritableKeyPath<BrokerConfiguration, Int>, most: Int) {
        guard let number = integer(entry, example: String(configuration[keyPath: path])), number != 0 else { return }
        guard let value = Int(exactly: number), (1...most).contains(value) else {
            return wrong(
                entry.value, "\"\(entry.key)\" is \(number), which is not from 1 to \(most)",
                remedy: "write a number in that range; the default is \(configuration[keyPath: path])")
        }
        configuration[keyPath: path] = value
    }

    mutating func readMaximumConnections(_ entry: Entry) {
        guard let number = integer(entry, example: "65536"), number != 0 else { return }
        guard let value = Int(exactly: number), (-1...Int(Int32.max)).contains(value) else {
            return wrong(
                entry.value, "\"\(entry.key)\" is \(number), which is no number of clients",
                remedy: "write a number from 1, or -1 to let none in")
        }
        configuration.maximumConnections = max(0, value)
    }

    mutating func readMaximumSubscriptions(_ entry: Entry) {
        guard let number = integer(entry, example: "1000") else { return }
        guard let value = Int(exactly: number), (-1...Int(Int32.max)).contains(value) else {
            return wrong(
                entry.value, "\"\(entry.key)\" is \(number), which is no number of subscriptions",
                remedy: "write a number from 1, or 0 for no limit")
        }
        configuration.maximumSubscriptions = value > 0 ? value : nil
    }

    // MARK: Durations

    /// A duration; 0 leaves the default, as in nats-server. A bare number is taken for seconds, with a warning.
    mutating func readDuration(_ entry: Entry, _ path: WritableKeyPath<BrokerConfiguration, Duration>) {
        guard let duration = duration(entry, warnsOfNumbers: true), duration != .zero else { return }
        configuration[keyPath: path] = duration
    }

    mutating func duration(_ entry: Entry, warnsOfNumbers: Bool) -> Duration? {
        let duration: Duration
        switch entry.value.content {
        case .string(let text):
            guard let parsed = ConfigurationDuration.parse(text) else {
                wrong(
                    entry.value, "\"\(text)\" is no duration", remedy: "write one such as \"10s\", \"2m\" or \"1h30m\"")
                return nil
            }
            duration = parsed
        case .integer(let number, let unit):
            guard unit.isEmpty else {
                // `2m` without quotes is two million.
                wrong(
                    entry.value, "a duration with a unit must be in quotes: without them this is the number \(number)",
                    remedy: "write it in quotes, such as \"2m\"")
                return nil
            }
            guard let seconds = Int32(exactly: number) else {
                wrong(
                    entry.value, "\(number) seconds is no duration of this world", remedy: "write one such as \"10s\"")
                return nil
            }
            duration = .seconds(seconds)
            if warnsOfNumbers { warnOfSeconds(entry, number) }
        case .float(let number) where number.magnitude < 1e9:
            duration = .seconds(number)
        case .float, .boolean, .array, .map:
            wrong(entry, "a duration", example: "\"10s\"")
            return nil
        }
        guard duration >= .zero else {
            wrong(entry.value, "\"\(entry.key)\" is less than nothing", remedy: "write a duration such as \"10s\"")
            return nil
        }
        return duration
    }

    private mutating func warnOfSeconds(_ entry: Entry, _ number: Int64) {
        let message = "\"\(entry.key)\" is taken for \(number) seconds"
        warnings.append(
            document.problem(.wrongValue, at: entry.value.position, message, remedy: "write \"\(number)s\""))
    }

    // MARK: Sections

    mutating func readAuthorization(_ entry: Entry) {
        guard case .map(let map) = entry.value.content else {
            return wrong(entry, "a section in braces", example: "{ timeout: 2 }")
        }
        for member in map.entries {
            guard member.key.lowercased() == "timeout" else {
                readUnknown(member, section: entry.key)
                continue
            }
            guard let duration = duration(member, warnsOfNumbers: false), duration != .zero else { continue }
            configuration.authorizationTimeout = duration
            if duration > .seconds(60) {
                let message = "a client that says nothing keeps its connection for \(duration)"
                warnings.append(
                    document.problem(
                        .wrongValue, at: member.value.position, message, remedy: "60 seconds and less are usual"))
            }
        }
    }
}
