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
            throw bad("the body is not well-formed UTF-8")
        }
        guard !hasLoneSurrogate(bytes) else { throw bad("the body has half a character") }
        guard depth(bytes) <= deepest else {
            throw bad("the body is nested more than \(deepest) levels deep")
        }
        guard let value = JSONValue(parsing: bytes) else { throw bad(fault(bytes)) }
        // What is said twice could be read in two ways.
        guard members(in: value) == colons(in: bytes) else {
            throw bad("an object of the body has two members of one name")
        }
        return value
    }

    /// What cannot be read is wrong as a whole.
    private static func bad(_ detail: String) -> Problem {
        Problem(.badJSON, detail, faults: [Fault(pointer: "", code: "json", detail: detail)])
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

    /// Whether an escape stands for half of a character whose other half is not there: no two readers agree on what it is.
    private static func hasLoneSurrogate(_ bytes: [UInt8]) -> Bool {
        func unit(at place: Int) -> UInt16? {
            guard place + 6 <= bytes.count, bytes[place] == UInt8(ascii: "\\"), bytes[place + 1] == UInt8(ascii: "u")
            else {
                return nil
            }
            return UInt16(String(decoding: bytes[(place + 2)..<(place + 6)], as: UTF8.self), radix: 16)
        }
        var place = 0
        while place < bytes.count {
            guard bytes[place] == UInt8(ascii: "\\") else {
                place += 1
                continue
            }
            switch unit(at: place) {
            case .some(0xD800...0xDBFF):
                guard let low = unit(at: place + 6), (0xDC00...0xDFFF).contains(low) else { return true }
                place += 12
            case .some(0xDC00...0xDFFF): return true
            case .some: place += 6
            // Another escape, of two bytes.
            case nil: place += 2
            }
        }
        return false
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
