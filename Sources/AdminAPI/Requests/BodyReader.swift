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
        if let value = JSONValue(parsing: bytes) { return value }
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
