import Claims

/// Reads the body of a request by the project's own rules for JSON, and stricter: well-formed UTF-8, and not deep.
enum BodyReader {
    /// The most bytes of a body.
    static let largest = 1 << 20
    /// The deepest nesting.
    static let deepest = 32

    /// The value that a body holds.
    static func json(_ bytes: [UInt8]) throws(Problem) -> JSONValue {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw Problem(.badJSON, "the body is not well-formed UTF-8")
        }
        guard depth(bytes) <= deepest else {
            throw Problem(.badJSON, "the body is nested more than \(deepest) levels deep")
        }
        if let value = JSONValue(parsing: bytes) {
            // What is said twice could be read in two ways.
            guard members(in: value) == colons(in: bytes) else {
                throw Problem(.badJSON, "an object of the body has two members of one name")
            }
            return value
        }
        throw Problem(.badJSON, fault(bytes))
    }

    private static func fault(_ bytes: [UInt8]) -> String {
        bytes.withUnsafeBytes { text in
            var reader = JSONReader(text)
            do throws(ClaimsError) {
                try reader.skip()
                try reader.expectEnd()
                return "the body is not JSON"
            } catch {
                // Only where it is: what is there may be a secret.
                let words = error.message.split(separator: " ")
                let place = words.firstIndex(of: "byte").flatMap { words.dropFirst($0 + 1).first }
                let digits = place.map { $0.prefix { $0.isNumber } } ?? ""
                return digits.isEmpty ? "the body is not JSON" : "the body is not JSON: see byte \(digits)"
            }
        }
    }

    /// How many members all the objects of a value have.
    private static func members(in value: JSONValue) -> Int {
        switch value {
        case .object(let members): members.reduce(members.count) { $0 + Self.members(in: $1.value) }
        case .array(let elements): elements.reduce(0) { $0 + members(in: $1) }
        default: 0
        }
    }

    /// How many colons stand outside of strings: in well-formed JSON one for each member.
    private static func colons(in bytes: [UInt8]) -> Int {
        var (count, isString, isEscaped) = (0, false, false)
        for byte in bytes {
            if isEscaped {
                isEscaped = false
            } else if isString, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isString.toggle()
            } else if !isString, byte == UInt8(ascii: ":") {
                count += 1
            }
        }
        return count
    }

    /// How deep brackets are nested outside of strings.
    private static func depth(_ bytes: [UInt8]) -> Int {
        var (depth, deepest) = (0, 0)
        var (isString, isEscaped) = (false, false)
        for byte in bytes {
            if isString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                deepest = max(deepest, depth)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        return deepest
    }
}
