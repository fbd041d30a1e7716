/// The path and the query of a request, taken apart and decoded strictly: what could be read in two ways is refused.
struct RequestPath: Sendable {
    /// The longest target, in bytes.
    static let longest = 8_192
    /// The most parameters of a query.
    static let mostParameters = 32

    /// The parts between slashes, decoded. An encoded slash is part of a name.
    let parts: [String]
    /// What stands behind the last colon that is not encoded, if it is a verb of some operation.
    let verb: String?
    /// The parameters of the query, by name.
    let query: [String: String]

    init(_ target: String, verbs: Set<String>) throws(Problem) {
        guard target.utf8.count <= Self.longest else {
            throw Problem(.uriTooLong, "the path is longer than \(Self.longest) bytes")
        }
        guard target.utf8.first == UInt8(ascii: "/"), !target.utf8.contains(UInt8(ascii: "#")) else {
            throw Problem(.badRequest, "the target is not a path")
        }
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var path = halves[0].dropFirst()
        var verb: String?
        if let colon = path.utf8.lastIndex(of: UInt8(ascii: ":")) {
            let word = String(path[path.index(after: colon)...])
            if verbs.contains(word) {
                verb = word
                path = path[..<colon]
            }
        }
        self.verb = verb
        var parts: [String] = []
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            guard parts.count < 16 else { throw Problem.notFound }
            let text = try Self.decoded(part, plusIsBlank: false)
            guard text != ".", text != ".." else { throw Problem(.badRequest, "the path has a part of dots") }
            parts.append(text)
        }
        self.parts = parts
        query = halves.count == 2 ? try Self.parameters(halves[1]) : [:]
    }

    private static func parameters(_ text: Substring) throws(Problem) -> [String: String] {
        var query: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try decoded(sides[0], plusIsBlank: true)
            guard query.count < mostParameters else { throw Problem(.badRequest, "the query has too many parameters") }
            guard query[name] == nil else {
                throw Problem(.badRequest, "a parameter of the query is given twice")
            }
            query[name] = sides.count == 2 ? try decoded(sides[1], plusIsBlank: true) : ""
        }
        return query
    }

    /// Text without its percent signs.
    private static func decoded(_ text: Substring, plusIsBlank: Bool) throws(Problem) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    throw Problem(.badRequest, "a percent sign in the path is not followed by two hexadecimal digits")
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsBlank: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw Problem(.badRequest, "the path has a control character")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem(.badRequest, "the path is not UTF-8")
        }
        return text
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    /// A name as a part of a path: everything but letters, digits and `-._~` in percent signs.
    static func encoded(_ name: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let bytes = name.utf8.flatMap { byte -> [UInt8] in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: [byte]
            default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
