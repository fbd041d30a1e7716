import NIOCore

/// Messages that one shard hands over to another: every message's bytes once, with the list of its receivers there.
struct Parcel: Sendable {
    /// A stretch of ``bytes``.
    struct Place: Sendable {
        var start: UInt32 = 0
        var count: UInt32 = 0

        @inline(__always)
        var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
    }

    enum Kind: UInt8, Sendable {
        /// To each of its receivers.
        case copies
        /// To its only receiver, which was chosen among the members of a queue group.
        case choice
        /// The same, of a group that shares a stream import.
        case importersChoice
        /// To whoever the receiving shard keeps a way back for.
        case answer
    }

    struct Message: Sendable {
        var kind: Kind
        /// The number of the account in whose index the receivers were found.
        var account: UInt32
        /// The subject as the receivers see it.
        var subject: Place
        /// The subject as it stands in that index.
        var matched: Place
        var tail: Place
        /// Which of ``shared`` holds the tail instead of ``bytes``; -1 for none.
        var shared: Int32 = -1
        var shape: MessageShape
        /// The receivers' slots, a stretch of ``slots``. Of an answer the publisher, as a place in ``clients``.
        var receivers = Place()
        /// The publishing connection; 0 for the server itself.
        var connection: UInt64
    }

    private(set) var bytes: [UInt8] = []
    private(set) var messages: [Message] = []
    private(set) var slots: [UInt32] = []
    /// Tails that are large enough not to be copied.
    private(set) var shared: [ByteBuffer] = []
    private(set) var clients: [Client] = []
    private var sharedSize = 0
    /// The tail that was put in last, so that a message that goes to several places has it once.
    private var lastTail: (serial: UInt64, place: Place, shared: Int32) = (0, Place(), -1)

    var isEmpty: Bool { messages.isEmpty }

    /// What the parcel weighs, for those who bound how much is under way.
    var size: Int { bytes.count + sharedSize + messages.count * 64 }

    /// Puts a message in.
    @inline(__always)
    mutating func append(
        _ kind: Kind, account: Int, subject: Span<UInt8>, matched: Span<UInt8>?, tail: Span<UInt8>,
        shape: MessageShape, shared buffer: ByteBuffer?, connection: UInt64, client: Client? = nil
    ) {
        let subjectPlace = put(subject)
        var message = Message(
            kind: kind, account: UInt32(truncatingIfNeeded: account), subject: subjectPlace, matched: subjectPlace,
            tail: Place(), shape: shape, connection: connection)
        if let matched { message.matched = put(matched) }
        message.receivers.start = UInt32(truncatingIfNeeded: slots.count)
        if lastTail.serial != shape.serial {
            if let buffer {
                lastTail = (shape.serial, Place(), Int32(truncatingIfNeeded: shared.count))
                shared.append(buffer)
                sharedSize += tail.count
            } else {
                lastTail = (shape.serial, put(tail), -1)
            }
        }
        message.tail = lastTail.place
        message.shared = lastTail.shared
        if let client {
            message.receivers.start = UInt32(truncatingIfNeeded: clients.count)
            clients.append(client)
        }
        messages.append(message)
    }

    /// Adds a receiver of the message that was put in last.
    @inline(__always)
    mutating func append(receiver slot: UInt32) {
        slots.append(slot)
        messages[messages.count - 1].receivers.count += 1
    }

    /// Adds receivers of the message that was put in last.
    @inline(__always)
    mutating func append(receivers list: [UInt32]) {
        slots.append(contentsOf: list)
        messages[messages.count - 1].receivers.count += UInt32(truncatingIfNeeded: list.count)
    }

    /// A parcel is handed over long before its numbers of bytes and receivers come near 32 bits.
    @inline(__always)
    private mutating func put(_ span: Span<UInt8>) -> Place {
        let place = Place(start: UInt32(truncatingIfNeeded: bytes.count), count: UInt32(truncatingIfNeeded: span.count))
        span.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        return place
    }
}
