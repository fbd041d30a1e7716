/// The HTTP request with which a WebSocket begins.
struct WebSocketRequest: Hashable {
    let method: String
    let target: String
    /// In the order in which they came, names in small letters.
    let headers: [Header]

    struct Header: Hashable {
        let name: String
        let value: String
    }

    /// The most bytes of a request: there may be a JWT in its cookies.
    static let mostBytes = 64 << 10
    private static let mostHeaders = 100

    /// Reads the head of a request, from its first line to the empty one; nil for anything that is not well-formed.
    init?(_ bytes: [UInt8]) {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
            line.last == 0x0D ? line.dropLast() : line
        }
        while lines.last?.isEmpty ?? false { lines.removeLast() }
        guard let first = lines.first, lines.count <= Self.mostHeaders + 1 else { return nil }
        let words = first.split(separator: 0x20, omittingEmptySubsequences: false)
        guard words.count == 3, ["HTTP/1.1", "HTTP/1.0"].contains(String(decoding: words[2], as: UTF8.self)),
            !words[0].isEmpty, words[0].allSatisfy(Self.isToken), words[1].first == UInt8(ascii: "/"),
            words[1].allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        method = String(decoding: words[0], as: UTF8.self)
        target = String(decoding: words[1], as: UTF8.self)
        var headers: [Header] = []
        for line in lines.dropFirst() {
            guard let header = Self.header(line) else { return nil }
            headers.append(header)
        }
        self.headers = headers
    }

    private static func header(_ line: ArraySlice<UInt8>) -> Header? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            line[..<colon].allSatisfy(isToken)
        else { return nil }
        var value = line[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
        while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
        guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }),
            let text = String(validating: value, as: UTF8.self)
        else { return nil }
        return Header(name: String(decoding: line[..<colon], as: UTF8.self).lowercased(), value: text)
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    /// The first value of a header.
    subscript(name: String) -> String? { headers.first { $0.name == name }?.value }

    /// Whether one of a header's values, which commas divide, is this word in any case.
    func has(_ word: String, in name: String) -> Bool {
        headers.contains { header in
            header.name == name
                && header.value.split(separator: ",").contains { part in
                    part.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }.lowercased() == word
                }
        }
    }

    /// The path, without what is asked of it.
    var path: Substring { target.prefix { $0 != "?" } }

    /// The value of the last cookie of a name, without the quotes it may have.
    func cookie(_ name: String) -> String? {
        var last: String?
        for header in headers where header.name == "cookie" {
            for part in header.value.split(separator: ";") {
                let pair = part.drop { $0 == " " }
                guard let equals = pair.firstIndex(of: "="), pair[..<equals] == name[...] else { continue }
                var value = pair[pair.index(after: equals)...]
                while value.last == " " { value.removeLast() }
                if value.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
                last = String(value)
            }
        }
        return last
    }
}

/// Finds the end of a request's head in what arrives, looking at every byte once.
struct WebSocketRequestEnd {
    private var scanned = 0
    private var isAtLineStart = false

    /// Looks at what has come since it was last asked. `bytes` is everything so far.
    ///
    /// - Returns: the place behind the empty line; nil if that has not come.
    mutating func find(in bytes: Span<UInt8>) -> Int? {
        while scanned < bytes.count {
            let byte = bytes[scanned]
            scanned += 1
            if byte == 0x0A {
                if isAtLineStart { return scanned }
                isAtLineStart = true
            } else if byte != 0x0D {
                isAtLineStart = false
            }
        }
        return nil
    }
}
