import Authorization
import Subjects

extension BrokerConfigurationReader {
    mutating func readPermissions(_ entry: Entry) -> PermissionsConfiguration? {
        guard let map = section(entry, example: "{ publish: [\"a.>\"], subscribe: [\"b.>\"] }") else { return nil }
        var permissions = PermissionsConfiguration()
        readMembers(of: map, .permissions) { reader, entry, key in
            switch key {
            case "publish": permissions.publish = reader.rules(entry, acceptsQueue: false)
            case "subscribe": permissions.subscribe = reader.rules(entry, acceptsQueue: true)
            default: permissions.responses = reader.responses(entry)
            }
        }
        return permissions
    }

    /// Subjects to allow, or a section with subjects to allow and to deny.
    private mutating func rules(_ entry: Entry, acceptsQueue: Bool) -> PermissionsConfiguration.Rules {
        guard case .map(let map) = entry.value.content else {
            return .init(allow: allowed(entry, acceptsQueue: acceptsQueue))
        }
        var rules = PermissionsConfiguration.Rules()
        readMembers(of: map, .rules) { reader, entry, key in
            if key == "allow" {
                rules.allow = reader.allowed(entry, acceptsQueue: acceptsQueue)
            } else {
                rules.deny = reader.subjects(entry, acceptsQueue: acceptsQueue)
            }
        }
        return rules
    }

    private mutating func allowed(_ entry: Entry, acceptsQueue: Bool) -> [String]? {
        let subjects = subjects(entry, acceptsQueue: acceptsQueue)
        guard subjects.isEmpty else { return subjects }
        if case .array(let values) = entry.value.content, values.isEmpty {
            warn(
                .withoutEffect, at: entry.position, "an empty list allows everything",
                remedy: "write deny: \">\" to allow nothing, or remove the list")
        }
        return nil
    }

    /// One subject or a list of subjects. Only where subscriptions are meant may a queue group stand behind one.
    private mutating func subjects(_ entry: Entry, acceptsQueue: Bool) -> [String] {
        let texts = texts(entry, example: "[\"a.>\"]", acceptsOne: true) ?? []
        for (text, value) in texts {
            let words = text.split(whereSeparator: \.isWhitespace)
            guard words.count < 2 || acceptsQueue else {
                wrong(
                    value, "\"\(text)\" is no subject: only what may be subscribed to can name a queue group",
                    remedy: "write the subject alone")
                continue
            }
            guard words.count == 2 else {
                _ = pattern(text, value)
                continue
            }
            _ = pattern(String(words[0]), value)
            if (try? Pattern(String(words[1]))) == nil {
                wrong(value, "\"\(words[1])\" is no queue group", remedy: "it is written as a subject is")
            }
        }
        return texts.map(\.text)
    }

    /// A subject, possibly with wildcards.
    mutating func pattern(_ text: String, _ value: ConfigurationValue) -> Pattern? {
        do { return try Pattern(text) } catch {
            wrong(value, "\"\(text)\" is no subject: \(error)", remedy: "write one such as orders.*.new or orders.>")
            return nil
        }
    }

    // MARK: Responses

    private mutating func responses(_ entry: Entry) -> PermissionsConfiguration.Responses? {
        if case .boolean(let allowed) = entry.value.content { return allowed ? .init() : nil }
        guard case .map(let map) = entry.value.content else {
            wrong(entry, "true, or a section with max and expires", example: "{ max: 1, expires: \"2m\" }")
            return nil
        }
        var responses = PermissionsConfiguration.Responses()
        readMembers(of: map, .responses) { reader, entry, key in
            if key == "max" {
                guard let number = reader.integer(entry, example: "1"), number != 0 else { return }
                responses.maximumMessages = number < 0 ? nil : Int(exactly: number)
            } else {
                guard let duration = reader.textualDuration(entry, acceptsNegative: true), duration != .zero else {
                    return
                }
                responses.lifetime = duration < .zero ? nil : duration
            }
        }
        return responses
    }

    // MARK: Connections

    mutating func connectionTypes(_ entry: Entry) -> Set<ConnectionType>? {
        var types: Set<ConnectionType> = []
        for (text, value) in texts(entry, example: "[STANDARD]", acceptsOne: true) ?? [] {
            if let type = ConnectionType(rawValue: text.uppercased()) {
                types.insert(type)
            } else {
                let known = ConnectionType.allCases.map(\.rawValue)
                wrong(
                    value, "\"\(text)\" is no way to connect",
                    remedy: Suggestion.closest(to: text.uppercased(), among: known).map { "did you mean \"\($0)\"?" }
                        ?? "known are \(known.joined(separator: ", "))")
            }
        }
        return types.isEmpty ? nil : types
    }
}
