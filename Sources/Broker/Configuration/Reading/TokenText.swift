/// Finds a JWT in the texts that hold one.
enum TokenText {
    /// The JWT of a text: bare with blanks around it, or between the lines `-----BEGIN NATS … JWT-----` and
    /// `------END …`. Nil when there is none; what it says is not looked at.
    static func find(in text: String) -> String? {
        if isToken(text[...]) { return text }
        var isBetween = false
        var lines: [Substring] = []
        for line in text.split(whereSeparator: \.isNewline).map(trimmed) where !line.isEmpty {
            if line.hasPrefix("---") {
                if isBetween { break }
                isBetween = line.contains("JWT")
                lines = []
            } else {
                lines.append(line)
            }
        }
        guard lines.count == 1, let token = lines.first, isToken(token) else { return nil }
        return String(token)
    }

    /// Three parts of base64url, the first of which begins as a JSON object does.
    private static func isToken(_ text: Substring) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 3 && text.hasPrefix("eyJ")
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy { byte in
                        switch byte {
                        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
                        default: false
                        }
                    }
            }
    }

    private static func trimmed(_ line: Substring) -> Substring {
        var line = line.drop { $0.isWhitespace }
        while let last = line.last, last.isWhitespace { line.removeLast() }
        return line
    }
}
