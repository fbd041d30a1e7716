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
    public static func publishViolation(_ subject: String) -> String {
        "Permissions Violation for Publish to \(quoted(subject))"
    }

    /// `Permissions Violation for Publish with Reply of "a.b"`
    public static func replyViolation(_ reply: String) -> String {
        "Permissions Violation for Publish with Reply of \(quoted(reply))"
    }

    /// `Permissions Violation for Subscription to "a.b"`, with the queue group and, for a subscription that is taken
    /// away, the client's number for it.
    public static func subscriptionViolation(_ subject: String, queue: String? = nil, subscription: String? = nil)
        -> String
    {
        var text = "Permissions Violation for Subscription to \(quoted(subject))"
        if let queue { text += " using queue \(quoted(queue))" }
        if let subscription { text += " (sid \(quoted(subscription)))" }
        return text
    }

    /// A text in double quotes, with quotes, backslashes and control characters escaped, so that no subject can end the
    /// protocol line it is shown in.
    public static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                result += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
