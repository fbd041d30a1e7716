import NKeys

extension BrokerConfigurationReader {
    // MARK: Simple values

    /// Says that a value is not what its key takes.
    mutating func wrong(_ entry: Entry, _ expected: String, example: String) {
        wrong(
            entry.value, "\"\(entry.key)\" takes \(expected), not \(entry.value.kind)",
            remedy: "write \(entry.key): \(example)")
    }

    mutating func wrong(_ value: ConfigurationValue, _ message: String, remedy: String) {
        report(.wrongValue, at: value.position, message, remedy: remedy)
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

    /// A password or a token; an empty one is as if the key were not there.
    mutating func secret(_ entry: Entry) -> ConfigurationSecret? {
        nonEmptyText(entry).map(ConfigurationSecret.init)
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

    /// A whole number in a range.
    mutating func integer(_ entry: Entry, in range: ClosedRange<Int>) -> Int? {
        guard let number = integer(entry, example: "\(range.contains(100) ? 100 : range.lowerBound)") else {
            return nil
        }
        if let value = Int(exactly: number), range.contains(value) { return value }
        wrong(
            entry.value, "\"\(entry.key)\" is \(number), which is not from \(range.lowerBound) to \(range.upperBound)",
            remedy: "write a number in that range")
        return nil
    }

    /// Per cent, as a number or as text with or without the sign.
    mutating func percentage(_ entry: Entry, in range: ClosedRange<Int>) -> Int? {
        let number: Int64?
        switch entry.value.content {
        case .integer(let value, _): number = value
        case .string(let text): number = Int64(text.hasSuffix("%") ? text.dropLast() : text[...])
        case .float, .boolean, .date, .array, .map: number = nil
        }
        if let value = number.flatMap({ Int(exactly: $0) }), range.contains(value) { return value }
        wrong(
            entry.value, "\"\(entry.key)\" takes a percentage from \(range.lowerBound) to \(range.upperBound)",
            remedy: "write \(entry.key): 100, or \"100%\" in quotes")
        return nil
    }

    // MARK: Lists and sections

    mutating func section(_ entry: Entry, example: String) -> ConfigurationMap? {
        if case .map(let map) = entry.value.content { return map }
        wrong(entry, "a section in braces", example: example)
        return nil
    }

    mutating func list(_ entry: Entry, example: String) -> [ConfigurationValue]? {
        if case .array(let values) = entry.value.content { return values }
        wrong(entry, "a list in brackets", example: example)
        return nil
    }

    /// The texts of a list with their places.
    mutating func texts(
        _ entry: Entry, example: String, acceptsOne: Bool = false
    ) -> [(text: String, value: ConfigurationValue)]? {
        if acceptsOne, case .string(let text) = entry.value.content { return [(text, entry.value)] }
        guard let values = list(entry, example: example) else { return nil }
        var texts: [(text: String, value: ConfigurationValue)] = []
        for value in values {
            if case .string(let text) = value.content {
                texts.append((text, value))
            } else {
                wrong(value, "\"\(entry.key)\" holds texts, not \(value.kind)", remedy: "put quotes around it")
            }
        }
        return texts
    }

    /// A section of texts whose keys are free.
    mutating func dictionary(_ entry: Entry, example: String) -> [String: String] {
        var result: [String: String] = [:]
        for member in section(entry, example: example)?.entries ?? [] where !member.isReferenced {
            if let text = text(member) { result[member.key] = text }
        }
        return result
    }

    // MARK: Keys

    /// A public key of a kind.
    mutating func publicKey(_ entry: Entry, _ kind: KeyKind) -> PublicKey? {
        text(entry).flatMap { publicKey($0, kind, entry.value) }
    }

    mutating func publicKey(_ text: String, _ kind: KeyKind, _ value: ConfigurationValue) -> PublicKey? {
        if let key = try? PublicKey(text), key.kind == kind { return key }
        wrong(
            value, "this is no public key of \(Self.article[kind] ?? "a") \(kind == .curve ? "curve" : kind.name)",
            remedy: "it is 56 capital letters and digits that begin with \(kind.letter)")
        return nil
    }

    private static let article: [KeyKind: String] = [.account: "an", .operator: "an"]

    // MARK: Durations

    /// A duration; 0 leaves the default, as in nats-server. A bare number is taken for seconds, with a warning.
    mutating func readDuration(_ entry: Entry, _ path: WritableKeyPath<BrokerConfiguration, Duration>) {
        guard let duration = duration(entry, warnsOfNumbers: true), duration != .zero else { return }
        configuration[keyPath: path] = duration
    }

    mutating func duration(_ entry: Entry, warnsOfNumbers: Bool) -> Duration? {
        let duration: Duration
        switch entry.value.content {
        case .string:
            return textualDuration(entry)
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
            if warnsOfNumbers {
                warn(
                    .wrongValue, at: entry.value.position, "\"\(entry.key)\" is taken for \(number) seconds",
                    remedy: "write \"\(number)s\"")
            }
        case .float(let number) where number.magnitude < 1e9:
            duration = .seconds(number)
        case .float, .boolean, .date, .array, .map:
            wrong(entry, "a duration", example: "\"10s\"")
            return nil
        }
        return nonNegative(duration, entry)
    }

    /// A duration that must be text with a unit.
    mutating func textualDuration(_ entry: Entry, acceptsNegative: Bool = false) -> Duration? {
        guard case .string(let text) = entry.value.content else {
            wrong(entry, "a duration in quotes", example: "\"1m\"")
            return nil
        }
        guard let duration = ConfigurationDuration.parse(text) else {
            wrong(entry.value, "\"\(text)\" is no duration", remedy: "write one such as \"10s\", \"2m\" or \"1h30m\"")
            return nil
        }
        return acceptsNegative ? duration : nonNegative(duration, entry)
    }

    private mutating func nonNegative(_ duration: Duration, _ entry: Entry) -> Duration? {
        if duration >= .zero { return duration }
        wrong(entry.value, "\"\(entry.key)\" is less than nothing", remedy: "write a duration such as \"10s\"")
        return nil
    }
}
