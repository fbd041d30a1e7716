import Claims
import NKeys
import Wire

/// What a trace of the protocol shows: nats-server's words, without anything that could be used to sign in (rule S10).
/// Made only where tracing is on.
enum ProtocolTrace {
    /// How much of a payload is looked at and shown, in bytes, where the configuration says nothing.
    static let mostPayload = 32 << 10
    /// The members of CONNECT whose values are shown; of all others only that they are there.
    private static let shown: Set<String> = [
        "verbose", "pedantic", "tls_required", "echo", "headers", "no_responders", "protocol", "name", "lang",
        "version", "user",
    ]
    private static let redacted = "\"[REDACTED]\""

    /// A control line without its end, as `<<- [PUB a 5]` has it between the brackets.
    static func line(_ bytes: [UInt8]) -> String {
        let text = SecretText.hidden(in: String(decoding: bytes, as: UTF8.self))
        return String(ErrorLine.quoted(Array(text.utf8)).dropFirst().dropLast())
            .replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
    }

    /// A control line as it came: its verb in capitals, then the arguments as they were written.
    static func command(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> String {
        var line: [UInt8] = []
        for index in start..<min(end, bytes.count) {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") { break }
            line.append(byte)
        }
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let verb = line.prefix { !isBlank($0) }
        let rest = line.dropFirst(verb.count).drop(while: isBlank)
        let word = String(decoding: verb, as: UTF8.self).uppercased()
        return rest.isEmpty ? word : "\(word) \(Self.line(Array(rest)))"
    }

    /// The JSON of a CONNECT line. Of members that may be secrets, or that nobody knows, the value is not shown; one that
    /// is no JSON is not shown at all.
    static func connect(_ json: Span<UInt8>) -> String {
        guard let members = JSONValue(parsing: copied(json))?.members else { return "CONNECT [REDACTED]" }
        let texts = members.map { name, value in
            "\(JSONText.quoted(SecretText.hidden(in: name))):\(text(of: value, named: name.lowercased()))"
        }
        return "CONNECT {\(texts.joined(separator: ","))}"
    }

    private static func text(of value: JSONValue, named name: String) -> String {
        guard shown.contains(name) else { return redacted }
        if let flag = value.flag { return "\(flag)" }
        if let number = value.integer { return "\(number)" }
        if let text = value.text { return JSONText.quoted(SecretText.hidden(in: text)) }
        return redacted
    }

    /// `MSG_PAYLOAD: ["hello"]`; nil for nothing.
    ///
    /// - Parameters:
    ///   - most: the most bytes to show; nil for all that is ever shown.
    ///   - headerCount: how many bytes of it are headers, if they alone are to be shown.
    static func payload(_ bytes: Span<UInt8>, most: Int?, headerCount: Int? = nil) -> String? {
        // Without the blank line at the end of headers.
        let count = headerCount.map { max(0, $0 - 4) } ?? bytes.count
        guard count > 0, count <= bytes.count else { return nil }
        let looked = min(count, mostPayload)
        // Hidden before it is cut, so that no part of a secret is left over that is not recognised any more. Every byte
        // stands for a character of its own, since a payload need not be text.
        var scalars = String.UnicodeScalarView()
        for index in 0..<looked { scalars.append(Unicode.Scalar(bytes[index])) }
        var visible = SecretText.hidden(in: String(scalars)).unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        let limit = most ?? mostPayload
        let isCut = looked < count || visible.count > limit
        if visible.count > limit { visible.removeLast(visible.count - limit) }
        return "MSG_PAYLOAD: [\"\(escaped(visible))\(isCut ? "..." : "")\"]"
    }

    /// As ``ErrorLine/quoted(_:)`` has it between the quotes, quickly where it is plain text.
    private static func escaped(_ bytes: [UInt8]) -> String {
        func isPlain(_ byte: UInt8) -> Bool {
            (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
        }
        var result = ""
        var rest = bytes[...]
        while !rest.isEmpty {
            let plain = rest.prefix(while: isPlain)
            result += String(decoding: plain, as: UTF8.self)
            rest = rest.dropFirst(plain.count)
            let other = rest.prefix { !isPlain($0) }
            if !other.isEmpty { result += ErrorLine.quoted(Array(other)).dropFirst().dropLast() }
            rest = rest.dropFirst(other.count)
        }
        return result
    }
}
