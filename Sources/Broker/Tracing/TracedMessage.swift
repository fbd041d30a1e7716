import Wire

/// What becomes of one message on its way, for whoever sent it: events that are published, when the message is through,
/// on the subject that its headers name.
///
/// Confined to the shard that the message came in on.
final class TracedMessage {
    /// Names it among those of its shard.
    let id: UInt64
    /// The number of the sender's account.
    let account: Int
    /// Where the events go, in the sender's account.
    let destination: [UInt8]
    /// Whether the message itself is delivered to nobody.
    let isOnly: Bool
    /// The message's headers.
    private let headers: JSONText
    /// Bytes of headers and body.
    private let size: Int
    private var events: [JSONText] = []
    /// How many other shards still have to tell what became of it there.
    var awaited = 0
    /// Whether it has been handed to everybody.
    var isRouted = false

    /// Most events of one message; further ones are left out.
    private static let mostEvents = 1024
    /// Longer blocks of headers are not looked at.
    private static let readableBlock = 16 << 10

    static let destinationHeader = "Nats-Trace-Dest"
    private static let onlyHeader = "Nats-Trace-Only"
    private static let originHeader = "Nats-Trace-Origin-Account"
    /// Stands in place of a destination where a message leaves for an account that may not be traced.
    static let disabled = "trace disabled"

    /// - Parameters:
    ///   - block: the message's headers.
    ///   - standing: where the account wants messages traced that are part of a sampled trace.
    /// - Returns: nil for a message that is not to be traced.
    init?(
        _ block: Span<UInt8>, size: Int, of account: Account, id: UInt64, using random: inout QuickRandom
    ) {
        guard block.count <= Self.readableBlock, let read = try? Headers(block: copied(block)),
            read[Self.originHeader] == nil
        else { return nil }
        let stated: [UInt8]
        if let named = read[Self.destinationHeader] {
            stated = Array(named.utf8)
        } else if let standing = account.standingTrace, Self.isSampled(read), random.next(below: 100) < standing.share {
            stated = standing.destination
        } else {
            return nil
        }
        guard Self.isUsable(stated) else { return nil }
        destination = stated
        let only = read[Self.onlyHeader]?.lowercased()
        isOnly = only == "true" || only == "1" || only == "on"
        self.size = size
        self.account = account.number
        self.id = id
        var found: [String: [String]] = [:]
        for field in read.fields { found[field.name, default: []].append(field.value) }
        var headers = JSONText()
        for (name, values) in found.sorted(by: { $0.key < $1.key }) { headers.add(name, values) }
        self.headers = headers
    }

    /// A single subject, and none of the server's own plumbing.
    private static func isUsable(_ destination: [UInt8]) -> Bool {
        SubjectRules.isLiteral(destination.span) && !destination.contains { $0 <= 0x20 }
            && !destination.starts(with: "_R_.".utf8)
    }

    /// Whether a block may hold what asks for a trace: a quick look at the beginnings of its lines.
    static func mayBeAskedFor(in block: Span<UInt8>, hasStanding: Bool) -> Bool {
        for index in 0..<block.count where block[index] == 0x0A && index + 1 < block.count {
            let first = block[index + 1]
            if first == UInt8(ascii: "N"), begins(block, index + 1, "Nats-Trace-Dest:") { return true }
            if hasStanding, first | 0x20 == UInt8(ascii: "t") { return true }
        }
        return false
    }

    private static func begins(_ block: Span<UInt8>, _ start: Int, _ text: StaticString) -> Bool {
        guard block.count - start >= text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { bytes in
            for index in bytes.indices where block[start + index] != bytes[index] { return false }
            return true
        }
    }

    /// `traceparent` in its four parts, with the bit that says sampled.
    private static func isSampled(_ headers: Headers) -> Bool {
        guard let value = headers.fields.first(where: { $0.name.lowercased() == "traceparent" })?.value else {
            return false
        }
        let parts = value.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[3].utf8.count == 2, let flags = UInt8(parts[3], radix: 16) else { return false }
        return flags & 1 == 1
    }

    // MARK: Events

    func add(_ event: JSONText) {
        if events.count < Self.mostEvents { events.append(event) }
    }

    /// What the message asked, and what became of it; the server's own member goes before.
    var content: (request: JSONText, events: [JSONText]) {
        var request = JSONText()
        request.add("header", headers)
        request.add("msgsize", UInt64(size))
        return (request, events)
    }
}

extension TracedMessage {
    /// The headers of a message that leaves for another account: what it is traced by stays here.
    static func disabled(_ block: Span<UInt8>) -> [UInt8] {
        guard block.count <= readableBlock, var headers = try? Headers(block: copied(block)) else { return [] }
        guard (try? headers.set(destinationHeader, disabled)) != nil else { return [] }
        return headers.block
    }
}

/// Where an account wants messages traced whose `traceparent` says that they are sampled.
struct StandingTrace: Sendable {
    let destination: [UInt8]
    /// Per cent.
    let share: Int
}
