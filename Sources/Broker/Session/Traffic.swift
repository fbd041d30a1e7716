/// How many messages and how many bytes of them, headers included and subjects not. Counts begin anew beyond 64 bits.
struct Volume: Sendable, Hashable {
    var messages: UInt64 = 0
    var bytes: UInt64 = 0

    @inline(__always)
    mutating func count(_ size: Int) {
        messages &+= 1
        bytes &+= UInt64(truncatingIfNeeded: size)
    }

    static func + (one: Volume, other: Volume) -> Volume {
        Volume(messages: one.messages &+ other.messages, bytes: one.bytes &+ other.bytes)
    }

    static func - (one: Volume, other: Volume) -> Volume {
        Volume(messages: one.messages &- other.messages, bytes: one.bytes &- other.bytes)
    }
}

/// What went over a connection, or over all of an account, as the server sees it.
struct Traffic: Sendable, Hashable {
    /// From clients.
    var received = Volume()
    /// To clients.
    var sent = Volume()

    static func + (one: Traffic, other: Traffic) -> Traffic {
        Traffic(received: one.received + other.received, sent: one.sent + other.sent)
    }

    static func - (one: Traffic, other: Traffic) -> Traffic {
        Traffic(received: one.received - other.received, sent: one.sent - other.sent)
    }
}
