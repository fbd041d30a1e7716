/// A JSON value.
///
/// ```swift
/// JSONValue(parsing: Array("{\"a\":[1]}".utf8))?["a"]?.elements?.first?.integer  // 1
/// ```
public indirect enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// Every number is a double, as in the reference: integers are exact up to 2^53.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(TextDictionary<JSONValue>)

    /// The number as an integer, if it is one exactly.
    public var integer: Int64? {
        guard case .number(let number) = self else { return nil }
        return Int64(exactly: number)
    }

    /// The text, if it is one.
    public var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The truth value, if it is one.
    public var flag: Bool? {
        guard case .bool(let flag) = self else { return nil }
        return flag
    }

    /// The elements, if it is an array.
    public var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The members, if it is an object.
    public var members: TextDictionary<JSONValue>? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// The member of an object.
    public subscript(name: String) -> JSONValue? { members?[name] }
}
