public import Claims

extension JSONValue {
    /// An object of these members; those that are nil are left out.
    static func members(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        var object: TextDictionary<JSONValue> = [:]
        for (name, value) in members { object[name] = value }
        return .object(object)
    }

    /// An array of texts.
    static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }

    /// An integer. Beyond 2^53 it is rounded, as every number of JSON is that goes through a double.
    static func integer(_ value: some BinaryInteger) -> JSONValue { .number(Double(value)) }

    /// The object with another member.
    func adding(_ name: String, _ value: JSONValue?) -> JSONValue {
        guard case .object(var members) = self, let value else { return self }
        members[name] = value
        return .object(members)
    }

    /// The object with another's members in the place of its own.
    func adding(_ other: JSONValue) -> JSONValue {
        guard case .object(var members) = self, let others = other.members else { return self }
        for (name, value) in others { members[name] = value }
        return .object(members)
    }

    /// What a JSON merge patch (RFC 7396) makes of this value.
    func merged(with patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var members = self.members ?? [:]
        for (name, value) in changes {
            members[name] = value == .null ? nil : (members[name] ?? .object([:])).merged(with: value)
        }
        return .object(members)
    }

    /// The elements that are texts.
    public var textElements: [String] { elements?.compactMap(\.text) ?? [] }
}
