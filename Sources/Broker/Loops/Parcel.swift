import NIOCore

/// Messages that one shard hands over to another: every message's bytes once, with the list of its receivers there.
///
/// A record of fixed size, the subject, the tail and the receivers' slots follow each other in one buffer, so that putting
/// a message in costs one reservation and a few copies. When the other shard is done with it, a large buffer goes back to
/// be filled again.
struct Parcel: Sendable {
    enum Kind: UInt8, Sendable, BitwiseCopyable {
        /// To each of its receivers.
        case copies
        /// To its only receiver, which was chosen among the members of a queue group.
        case choice
        /// The same, of a group that shares a stream import.
        case importersChoice
        /// To whoever the receiving shard keeps a way back for.
        case answer
    }

    /// What stands before a message's bytes: its subject, its tail, and the slots of its receivers.
    struct Message: Sendable, BitwiseCopyable {
        var kind: Kind
        /// The number of the account in whose index the receivers were found.
        var account: UInt32
        /// The bytes of the subject as the receivers see it.
        var subjectCount: UInt32
        /// The bytes of the subject as it stands in that index, which follows; 0 where it is the same.
        var matchedCount: UInt32
        /// Where the tail is in the buffer: behind the subjects, or with an earlier message that has the same one.
        var tailStart: UInt32
        var tailCount: UInt32
        /// Which of ``Parcel/shared`` holds the tail instead; -1 for none.
        var shared: Int32
        /// How many slots follow, four bytes each. Of an answer the publisher, as a place in ``Parcel/responders``.
        var receivers: UInt32
        /// The publishing connection; 0 for the server itself.
        var connection: UInt64
        var shape: MessageShape
    }

    /// Who publishes an answer.
    struct Responder: Sendable {
        let client: Client
        /// How far away it is, nanoseconds.
        let roundTrip: Int64
    }

    /// The buffer: how much of it is read is up to whoever reads it.
    private(set) var buffer: ByteBuffer
    /// Tails that are large enough not to be copied.
    private(set) var shared: [ByteBuffer] = []
    private(set) var responders: [Responder] = []
    private var sharedSize = 0
    /// The tail that was put in last, so that a message that goes to several places has it once.
    private var lastTail: (serial: UInt64, start: UInt32, shared: Int32) = (0, 0, -1)

    /// - Parameter storage: a buffer to fill again.
    init(storage: ByteBuffer = ByteBuffer()) {
        buffer = storage
    }

    @inline(__always)
    var isEmpty: Bool { buffer.writerIndex == 0 }

    /// What the parcel weighs, for those who bound how much is under way.
    @inline(__always)
    var size: Int { buffer.writerIndex + sharedSize }

    /// Puts a message in for some receivers.
    ///
    /// - Parameters:
    ///   - matched: the subject as it stands in the account's index, where that is not `subject`.
    ///   - count: how many receivers there are.
    ///   - put: writes the receivers' slots.
    @inline(__always)
    mutating func append(
        _ kind: Kind, account: Int, subject: Span<UInt8>, matched: Span<UInt8>?, tail: Span<UInt8>,
        shape: MessageShape, shared large: ByteBuffer?, connection: UInt64, receivers count: Int,
        put: (inout RawWriter) -> Void
    ) {
        let hasTail = lastTail.serial != shape.serial
        if hasTail { note(shape.serial, large, tail.count, behind: subject.count + (matched?.count ?? 0)) }
        let message = Message(
            kind: kind, account: UInt32(truncatingIfNeeded: account),
            subjectCount: UInt32(truncatingIfNeeded: subject.count),
            matchedCount: UInt32(truncatingIfNeeded: matched?.count ?? 0), tailStart: lastTail.start,
            tailCount: UInt32(truncatingIfNeeded: tail.count), shared: lastTail.shared,
            receivers: UInt32(truncatingIfNeeded: count), connection: connection, shape: shape)
        let isCopied = hasTail && lastTail.shared < 0
        let room =
            MemoryLayout<Message>.size + subject.count + (matched?.count ?? 0) + (isCopied ? tail.count : 0)
            + (kind == .answer ? 0 : count * MemoryLayout<UInt32>.size)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { bytes in
            var writer = RawWriter(bytes)
            writer.put(message)
            writer.put(subject)
            if let matched { writer.put(matched) }
            if isCopied { writer.put(tail) }
            put(&writer)
            return writer.count
        }
    }

    /// Puts an answer in, with its publisher in place of receivers.
    mutating func append(
        answer subject: Span<UInt8>, account: Int, tail: Span<UInt8>, shape: MessageShape, shared large: ByteBuffer?,
        by responder: Responder
    ) {
        append(
            .answer, account: account, subject: subject, matched: nil, tail: tail, shape: shape, shared: large,
            connection: responder.client.connection, receivers: responders.count, put: { _ in })
        responders.append(responder)
    }

    /// Notes where the tail of the next message stands. A parcel is handed over long before its size comes near 32 bits.
    @inline(__always)
    private mutating func note(_ serial: UInt64, _ large: ByteBuffer?, _ count: Int, behind subjects: Int) {
        if let large {
            lastTail = (serial, 0, Int32(truncatingIfNeeded: shared.count))
            shared.append(large)
            sharedSize += count
        } else {
            let start = buffer.writerIndex + MemoryLayout<Message>.size + subjects
            lastTail = (serial, UInt32(truncatingIfNeeded: start), -1)
        }
    }
}

/// Writes one thing behind the other into memory that is known to be large enough.
struct RawWriter {
    private let buffer: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    @inline(__always)
    init(_ buffer: UnsafeMutableRawBufferPointer) {
        self.buffer = buffer
    }

    @inline(__always)
    mutating func put<Value: BitwiseCopyable>(_ value: Value) {
        buffer.storeBytes(of: value, toByteOffset: count, as: Value.self)
        count += MemoryLayout<Value>.size
    }

    @inline(__always)
    mutating func put(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(from: bytes)
        count += bytes.count
    }

    @inline(__always)
    mutating func put(_ span: Span<UInt8>) {
        span.withUnsafeBytes { put($0) }
    }

    /// Writes a label; see ``SubscriptionLabel/write(into:at:)`` for the room that takes.
    @inline(__always)
    mutating func put(_ label: SubscriptionLabel) {
        label.write(into: buffer, at: count)
        count += label.count
    }
}
