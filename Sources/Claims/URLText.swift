/// The parts of a URL that validation looks at, found by the reference's rules (Go's `net/url`).
struct URLText {
    /// Why a text is no URL.
    struct Fault: Error {
        let message: String

        /// The reference's words for a URL that it cannot parse.
        func description(of text: String) -> String { "parse \(quoted(text)): \(message)" }
    }

    private(set) var scheme = ""
    private(set) var hasUser = false
    /// The host without its port.
    private(set) var hostName = ""
    /// What comes after the host, up to the query.
    private(set) var path = ""

    init(_ text: String) throws(Fault) {
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw Fault(message: "net/url: invalid control character in URL")
        }
        var rest = text.prefix { $0 != "#" }
        try Self.checkEscapes(text.dropFirst(rest.count))
        scheme = try Self.takeScheme(&rest).lowercased()
        rest = rest.prefix { $0 != "?" }
        guard rest.hasPrefix("/") else {
            // After a scheme this is opaque, like the number in "localhost:4222"; without one a path must not look
            // like it had one.
            if scheme.isEmpty {
                guard !rest.prefix(while: { $0 != "/" }).contains(":") else {
                    throw Fault(message: "first path segment in URL cannot contain colon")
                }
                path = String(rest)
                try Self.checkEscapes(rest)
            }
            return
        }
        if rest.hasPrefix("//"), !scheme.isEmpty || !rest.hasPrefix("///") {
            let authority = rest.dropFirst(2).prefix { $0 != "/" }
            rest = rest.dropFirst(2 + authority.count)
            try readAuthority(authority)
        }
        try Self.checkEscapes(rest)
        path = String(rest)
    }

    /// The scheme before a colon; "" if the text does not begin with one.
    private static func takeScheme(_ rest: inout Substring) throws(Fault) -> String {
        for index in rest.indices {
            switch rest[index] {
            case "a"..."z", "A"..."Z": continue
            case "0"..."9", "+", "-", ".":
                if index == rest.startIndex { return "" }
            case ":":
                guard index > rest.startIndex else { throw Fault(message: "missing protocol scheme") }
                let scheme = String(rest[..<index])
                rest = rest[rest.index(after: index)...]
                return scheme
            default: return ""
            }
        }
        return ""
    }

    private mutating func readAuthority(_ authority: Substring) throws(Fault) {
        var host = authority
        if let at = authority.lastIndex(of: "@") {
            let allowed = Set("-._:~!$&'()*+,;=%@")
            guard authority[..<at].allSatisfy({ ($0.isASCII && ($0.isLetter || $0.isNumber)) || allowed.contains($0) })
            else { throw Fault(message: "net/url: invalid userinfo") }
            try Self.checkEscapes(authority[..<at])
            hasUser = true
            host = authority[authority.index(after: at)...]
        }
        var name = host
        if host.hasPrefix("[") {
            guard let end = host.lastIndex(of: "]") else { throw Fault(message: "missing ']' in host") }
            try Self.checkPort(host[host.index(after: end)...])
            name = host[host.index(after: host.startIndex)..<end]
        } else if let colon = host.lastIndex(of: ":") {
            try Self.checkPort(host[colon...])
            name = host[..<colon]
        }
        let forbidden = Set(" ^`{|}\\")
        if let character = name.first(where: forbidden.contains) {
            throw Fault(message: "invalid character \(quoted(String(character))) in host name")
        }
        try Self.checkHostEscapes(name, mayHaveZone: host.hasPrefix("["))
        hostName = String(name)
    }

    /// In a host only bytes that are not ASCII may be escaped, and the per cent sign; in the zone of an IPv6 address, which
    /// an escaped per cent sign begins, also a blank and what needs no escape.
    private static func checkHostEscapes(_ host: Substring, mayHaveZone: Bool) throws(Fault) {
        try checkEscapes(host)
        var isZone = false
        var rest = host
        while let sign = rest.firstIndex(of: "%") {
            let escape = rest[sign...].prefix(3)
            rest = rest[sign...].dropFirst(3)
            let byte = UInt8(escape.dropFirst(), radix: 16) ?? 0
            if mayHaveZone, byte == 0x25 { isZone = true }
            let isAllowed = byte == 0x25 || (isZone ? isAllowedInZone(byte) : byte >= 0x80)
            if !isAllowed { throw Fault(message: "invalid URL escape \(quoted(String(escape)))") }
        }
    }

    private static func isAllowedInZone(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-_.~!$&'()*+,;=:[]<>\"".utf8.contains(byte)
        }
    }

    /// Nothing, or a colon and digits.
    private static func checkPort(_ text: Substring) throws(Fault) {
        guard text.isEmpty || (text.first == ":" && text.dropFirst().allSatisfy { ("0"..."9").contains($0) }) else {
            throw Fault(message: "invalid port \(quoted(String(text))) after host")
        }
    }

    /// Every per cent sign is followed by two hexadecimal digits.
    private static func checkEscapes(_ text: Substring) throws(Fault) {
        var rest = text[...]
        while let sign = rest.firstIndex(of: "%") {
            rest = rest[rest.index(after: sign)...]
            // The rest may be long, and its length would be counted for every sign.
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
                throw Fault(message: "invalid URL escape \(quoted("%" + digits))")
            }
        }
    }
}
