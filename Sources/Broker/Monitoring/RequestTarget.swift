/// What the first line of a request asks for, taken apart as nats-server does (observed of 2.15.1): a path, or a URL whose
/// scheme and host say nothing here.
struct RequestTarget: Sendable, Hashable {
    /// Decoded; empty for a URL without one.
    let path: String
    /// As it was sent, without the question mark.
    let query: String
    /// The path as it was sent.
    private let sentPath: String

    /// Nil for one that is malformed.
    init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        guard var rest = parts.first, !rest.isEmpty else { return nil }
        query = parts.count > 1 ? String(Substring(parts[1])) : ""
        if rest.first != UInt8(ascii: "/") {
            guard let colon = rest.firstIndex(of: UInt8(ascii: ":")), Self.isScheme(rest[..<colon]) else { return nil }
            rest = rest[rest.index(after: colon)...]
            if rest.starts(with: "//".utf8) {
                let authority = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "/") }
                guard Self.isAuthority(authority) else { return nil }
                rest = rest[authority.endIndex...]
            }
        }
        guard let path = PercentEncoding.decoded(rest, plusIsSpace: false) else { return nil }
        self.path = path
        sentPath = String(Substring(rest))
    }

    /// Where the page is really asked for, encoded: the path without doubled slashes and dots, with the query. Nil where it
    /// has none of them.
    var cleaned: String? {
        guard sentPath.hasPrefix("/") else { return nil }
        var parts: [Substring] = []
        for part in sentPath.split(separator: "/", omittingEmptySubsequences: true) {
            switch part {
            case ".": continue
            case "..": _ = parts.popLast()
            default: parts.append(part)
            }
        }
        var cleaned = "/" + parts.joined(separator: "/")
        if sentPath.hasSuffix("/"), cleaned != "/" { cleaned += "/" }
        guard cleaned != sentPath else { return nil }
        let query = PercentEncoding.printable(query)
        return PercentEncoding.printable(cleaned) + (query.isEmpty ? "" : "?\(query)")
    }

    private static func isScheme(_ text: Substring.UTF8View) -> Bool {
        guard let first = text.first, isLetter(first) else { return false }
        return text.allSatisfy { isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) }
    }

    /// A host, maybe in brackets, and maybe a port of digits.
    private static func isAuthority(_ text: Substring.UTF8View) -> Bool {
        let host = text.lastIndex(of: UInt8(ascii: "@")).map { text[text.index(after: $0)...] } ?? text
        var rest = host
        if host.first == UInt8(ascii: "[") {
            guard let end = host.firstIndex(of: UInt8(ascii: "]")) else { return false }
            rest = host[host.index(after: end)...]
            guard rest.isEmpty || rest.first == UInt8(ascii: ":") else { return false }
        }
        guard let colon = rest.firstIndex(of: UInt8(ascii: ":")) else { return true }
        return rest[rest.index(after: colon)...].allSatisfy(isDigit)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

/// Bytes of URLs that are written as a percent sign and two hexadecimal digits.
enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// A part of a URL as it was sent, with what cannot stand in a header encoded.
    static func printable(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            if byte > 0x20 && byte < 0x7F {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Nil where a percent sign is followed by something else.
    static func decoded(_ bytes: Substring.UTF8View, plusIsSpace: Bool) -> String? {
        var result: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+") where plusIsSpace: result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                result.append(high << 4 | low)
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
