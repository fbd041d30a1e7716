public import Claims

/// What `claims: {…}` carries, as the JSON that it is: a member takes the place of what is compiled.
public struct ClaimsExtras: Sendable, Hashable {
    public let members: TextDictionary<JSONValue>
    public let position: PolicyPosition

    /// Nil where nothing is carried.
    init?(_ raw: [RawValue.Member]) {
        guard let position = raw.first?.value.position else { return nil }
        self.position = position
        var members = TextDictionary<JSONValue>()
        for member in raw { members[member.name] = member.value.json }
        self.members = members
    }
}

extension RawValue {
    /// A word without quotes that JSON reads as a number, a truth value or null is one; everything else is a text.
    var json: JSONValue {
        switch content {
        case .nothing: return .null
        case .list(let elements): return .array(elements.map(\.json))
        case .members(let members):
            var object = TextDictionary<JSONValue>()
            for member in members { object[member.name] = member.value.json }
            return .object(object)
        case .text(let text, let isQuoted):
            guard !isQuoted, let value = JSONValue(parsing: Array(text.utf8)) else { return .string(text) }
            switch value {
            case .null, .bool, .number: return value
            case .string, .array, .object: return .string(text)
            }
        }
    }
}
