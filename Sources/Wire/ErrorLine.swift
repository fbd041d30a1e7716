/// The texts between the quotes of the `-ERR '…'` lines that a server sends, as NATS clients know them.
public enum ErrorLine {
    public static let authorizationViolation = "Authorization Violation"
    public static let authenticationTimeout = "Authentication Timeout"
    public static let userAuthenticationExpired = "User Authentication Expired"
    public static let userAuthenticationRevoked = "User Authentication Revoked"
    public static let accountAuthenticationExpired = "Account Authentication Expired"
    public static let invalidClientProtocol = "invalid client protocol"
    public static let noRespondersRequiresHeaders = "no responders requires headers support"
    public static let staleConnection = "Stale Connection"
    public static let invalidSubject = "Invalid Subject"
    public static let invalidPublishSubject = "Invalid Publish Subject"
    public static let maximumSubscriptionsExceeded = "maximum subscriptions exceeded"
    public static let maximumConnectionsExceeded = "maximum connections exceeded"
    public static let maximumAccountConnectionsExceeded = "maximum account active connections exceeded"
    public static let maximumPayloadViolation = "Maximum Payload Violation"

    /// `Permissions Violation for Publish to "a.b"`
    public static func publishViolation(_ subject: [UInt8]) -> String {
        "Permissions Violation for Publish to \(quoted(subject))"
    }

    /// `Permissions Violation for Publish with Reply of "a.b"`
    public static func replyViolation(_ reply: [UInt8]) -> String {
        "Permissions Violation for Publish with Reply of \(quoted(reply))"
    }

    /// `Permissions Violation for Subscription to "a.b"`, with the queue group and, for a subscription that is taken
    /// away, the client's number for it.
    public static func subscriptionViolation(
        _ subject: [UInt8], queue: [UInt8]? = nil, subscription: [UInt8]? = nil
    ) -> String {
        var text = "Permissions Violation for Subscription to \(quoted(subject))"
        if let queue { text += " using queue \(quoted(queue))" }
        if let subscription { text += " (sid \(quoted(subscription)))" }
        return text
    }

    /// `Permissions Violation for Subscription to "a.b.c", too many tokens`
    public static func tooManyTokens(_ subject: [UInt8]) -> String {
        "Permissions Violation for Subscription to \(quoted(subject)), too many tokens"
    }

    /// A text in double quotes, with everything escaped that could end the protocol line it is shown in, or that no one
    /// could see; bytes that are no UTF-8 as `\xff`. The escapes are `nats-server`'s.
    public static func quoted(_ text: [UInt8]) -> String {
        var result = "\""
        var rest = text[...]
        while let first = rest.first {
            let length = (1...4).first { $0 <= rest.count && String(validating: rest.prefix($0), as: UTF8.self) != nil }
            if let length, let scalar = String(decoding: rest.prefix(length), as: UTF8.self).unicodeScalars.first {
                result += escaped(scalar)
            } else {
                result += "\\x" + hexadecimal(UInt32(first), 2)
            }
            rest = rest.dropFirst(length ?? 1)
        }
        return result + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\u{7}": return "\\a"
        case "\u{8}": return "\\b"
        case "\u{C}": return "\\f"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        case "\u{B}": return "\\v"
        case " "..."~": return String(Character(scalar))
        default: break
        }
        if scalar.value < 0x80 { return "\\x" + hexadecimal(scalar.value, 2) }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return scalar.value < 0x1_0000
                ? "\\u" + hexadecimal(scalar.value, 4) : "\\U" + hexadecimal(scalar.value, 8)
        default: return String(Character(scalar))
        }
    }

    private static func hexadecimal(_ value: UInt32, _ digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
