import Authorization
import NKeys
import Wire

// What the log says of a connection, in nats-server's words where it has some.

/// How many lines a client may bring about, so that none in a loop fills the disk.
struct LogAllowance {
    private static let most = 10
    private static let window: Int64 = 1_000_000_000

    private var since: Int64 = .min
    private var count = 0
    /// Lines that were not written and not told of yet.
    private(set) var heldBack: UInt64 = 0

    /// Whether a line may be written now, nanoseconds of the monotonic clock.
    mutating func take(at now: Int64) -> Bool {
        if now.subtractingSaturating(since) >= Self.window { (since, count) = (now, 0) }
        guard count < Self.most else {
            heldBack &+= 1
            return false
        }
        count += 1
        return true
    }

    /// - Returns: how many lines were held back since this was last asked.
    mutating func takeHeldBack() -> UInt64 {
        defer { heldBack = 0 }
        return heldBack
    }
}

extension Session {
    /// What the connection is called in the log: address and number, and once its client has signed in also the client's
    /// library and name, its account and user.
    var label: String {
        guard let client else { return address }
        let library = [client.version.isEmpty ? "" : "v" + client.version, client.language, client.name]
            .filter { !$0.isEmpty }.joined(separator: ":")
        let shown = library.isEmpty ? "" : " - " + Self.shown(library)
        return "\(address)\(shown) - \(Self.shown("\(client.principal.account)/\(Self.user(client))"))"
    }

    private var address: String {
        let host = remoteAddress ?? "local"
        let place = remotePort > 0 ? (host.contains(":") ? "[\(host)]:\(remotePort)" : "\(host):\(remotePort)") : host
        return
            "\(forwardedFor.map { "\($0)/\(place)" } ?? place) - \(listener.type == .webSocket ? "wid" : "cid"):\(id)"
    }

    private static func user(_ client: Client) -> String {
        switch client.principal.claimant.kind {
        case .sharedToken: "token"
        case .nkey, .token, .sentinel: "nkey:\(client.shownUser)"
        case .certificate, .password, .none, .callout: "user:\(client.shownUser)"
        }
    }

    /// In quotes, without the secrets that may stand in it.
    private static func shown(_ text: String) -> String { shown(Array(text.utf8)) }

    private static func shown(_ text: [UInt8]) -> String {
        ErrorLine.quoted(Array(SecretText.hidden(in: String(decoding: text, as: UTF8.self)).utf8))
    }

    func log(_ level: BrokerEnvironment.LogLevel, _ text: String) {
        context.environment.log(level, "\(label) - \(text)")
    }

    // MARK: What clients can bring about again and again

    /// Logs an error, unless the connection has had its share of lines; those are counted. The text is not made for
    /// nothing.
    func logBounded(_ text: @autoclosure () -> String) {
        if logAllowance.take(at: context.monotonicNow) { log(.error, text()) }
    }

    /// Says how many lines were held back lately.
    func tellHeldBackLines() {
        guard logAllowance.heldBack > 0 else { return }
        log(.error, "\(logAllowance.takeHeldBack()) more errors like these were not logged")
    }

    func logPublishViolation(_ subject: [UInt8]) {
        logBounded("Publish Violation - Subject \(Self.shown(subject))")
    }

    func logReplyViolation(_ reply: [UInt8]) {
        logBounded("Publish Violation - Reply \(Self.shown(reply))")
    }

    func logSubscriptionViolation(_ subject: [UInt8], queue: [UInt8]?, id: [UInt8]) {
        let group = queue.map { ", Queue: \(Self.shown($0))" } ?? ""
        logBounded("Subscription Violation - Subject \(Self.shown(subject))\(group), SID \(Self.number(id))")
    }

    func logTooManyTokens(_ subject: [UInt8], id: [UInt8]) {
        logBounded("Subscription Violation Too Many Tokens - Subject \(Self.shown(subject)), SID \(Self.number(id))")
    }

    /// A subscription's number, which is any text: without quotes, as nats-server has it, and nothing hidden in it.
    private static func number(_ id: [UInt8]) -> String {
        String(shown(id).dropFirst().dropLast())
    }

    // MARK: Refusals and ends

    /// Says that somebody was not let in: nats-server's words, which programs look for, and then the reason.
    func logRefusal(_ refusal: Refusal) {
        let reason = "\(refusal.explanation) (\(refusal.rawValue))"
        switch refusal {
        case .authenticationTimeout: log(.debug, ErrorLine.authenticationTimeout)
        case .accountConnectionLimit: log(.error, "\(ErrorLine.maximumAccountConnectionsExceeded): \(reason)")
        default: log(.error, "authentication error\(presented): refused: \(reason)")
        }
    }

    private var presented: String {
        switch options.presentation {
        case .key(let key): " - Nkey \(Self.shown(key))"
        case .user(let name): " - User \(Self.shown(name))"
        case .token: " - Token \"[REDACTED]\""
        case nil: ""
        }
    }

    /// Says what was wrong with what the client sent. Of its bytes nothing is shown but a length: they may be a part of
    /// anything.
    func log(_ fault: ProtocolFault, _ bytes: Span<UInt8>, at position: Int) {
        switch fault {
        case .unknownOperation: log(.error, "Client parser ERROR: unknown protocol operation")
        case .controlLineTooLong: log(.error, "maximum control line exceeded")
        case .payloadTooLarge:
            log(.error, "maximum payload exceeded: \(Self.announced(bytes, at: position)) vs \(maximumPayload)")
        case .malformedArguments:
            let first = position < bytes.count ? bytes[position] & 0xDF : 0
            let command =
                switch first {
                case UInt8(ascii: "P"): "processPub"
                case UInt8(ascii: "H"): "processHeaderPub"
                case UInt8(ascii: "S"): "processSub"
                case UInt8(ascii: "U"): "processUnsub"
                default: "Client"
                }
            log(.error, "\(command) Parse Error")
        }
    }

    /// The number at the end of the line that begins at a place: how long a payload is said to be.
    private static func announced(_ bytes: Span<UInt8>, at position: Int) -> String {
        var digits: [UInt8] = []
        for index in position..<bytes.count where index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\r"), UInt8(ascii: "\n"): return String(decoding: digits.prefix(20), as: UTF8.self)
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(bytes[index])
            default: digits = []
            }
        }
        return String(decoding: digits.prefix(20), as: UTF8.self)
    }

    func logSlowConsumer(_ state: ClosedState) {
        if state == .slowConsumerPendingBytes {
            log(.info, "Slow Consumer Detected: MaxPending of \(output.limit) Exceeded")
        } else {
            log(.info, "Slow Consumer Detected: WriteDeadline of \(Self.shown(context.rules.limits.write)) exceeded")
        }
    }

    private static func shown(_ nanoseconds: Int64) -> String {
        let milliseconds = nanoseconds / 1_000_000
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}
