import NIOCore

/// What waits to be sent to one client: gathered in a buffer, handed to the socket once per turn of the loop, and counted
/// until the socket has taken it. What the socket has left is asked for only when that matters: it tells nobody by itself,
/// since it would do so in the middle of a flush.
struct SessionOutput {
    /// Output beyond this is handed to the socket before the turn of the loop ends.
    static let early = 256 << 10
    /// What a buffer begins with, and is cut back to when it was not used for a while.
    private static let initial = 1024

    private let channel: any Channel
    private let options: (any NIOSynchronousChannelOptions)?
    /// The most bytes that may wait.
    let limit: Int
    /// From here on publishers are slowed down.
    private let high: Int
    private var buffer: ByteBuffer
    /// What comes before ``buffer``: tails that are shared with other receivers, and what stands between them.
    private var queue: [ByteBuffer] = []
    private var queued = 0
    /// Bytes handed to the socket that it had not taken when it was last asked.
    private var pending = 0
    /// When the socket last took something, monotonic nanoseconds.
    private(set) var lastProgress: Int64 = 0
    /// How much of ``pending`` waited already when the socket was given its present work, and since when it has that.
    private var batch = 0
    private var batchSince: Int64 = 0
    /// Whether the socket has taken something since ``lastProgress`` was noted.
    private var hasProgressed = false
    private var isUsed = false

    init(channel: any Channel, limit: Int) {
        self.channel = channel
        self.limit = limit
        high = limit / 4 * 3
        options = channel.syncOptions
        buffer = channel.allocator.buffer(capacity: Self.initial)
    }

    /// Bytes that have not been handed to the socket.
    @inline(__always)
    var gathered: Int { queued + buffer.readableBytes }

    /// Bytes that the client has not taken, as far as was last seen.
    var waiting: Int { pending + gathered }

    var isEmpty: Bool { pending == 0 && gathered == 0 }

    /// Whether so much waits that publishers should slow down.
    @inline(__always)
    mutating func isHigh() -> Bool {
        if pending + gathered <= high { return false }
        setPending(bufferedBytes())
        return pending + gathered > high
    }

    // MARK: Gathering

    /// Whether the client has not left more behind than it may.
    @inline(__always)
    mutating func hasRoom() -> Bool {
        if pending + gathered <= limit { return true }
        setPending(bufferedBytes())
        return pending + gathered <= limit
    }

    mutating func append(_ text: String) {
        buffer.writeString(text)
    }

    /// Appends one delivery.
    ///
    /// - Parameters:
    ///   - shared: the tail as a buffer of its own, if it is not to be copied.
    @inline(__always)
    mutating func append(
        _ subject: Span<UInt8>, _ label: SubscriptionLabel, _ tail: Span<UInt8>, hasHeaders: Bool, shared: ByteBuffer?
    ) {
        if let shared {
            writeLine(subject, label, hasHeaders)
            share(shared)
            return
        }
        let room = 5 + subject.count + max(label.count, SubscriptionLabel.room) + tail.count
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { bytes in
            let count = Self.write(subject, label, hasHeaders, into: bytes)
            tail.withUnsafeBytes { Self.copy($0, into: bytes, at: count) }
            return count + tail.count
        }
    }

    private mutating func writeLine(_ subject: Span<UInt8>, _ label: SubscriptionLabel, _ hasHeaders: Bool) {
        let room = 5 + subject.count + max(label.count, SubscriptionLabel.room)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) {
            Self.write(subject, label, hasHeaders, into: $0)
        }
    }

    private mutating func share(_ tail: ByteBuffer) {
        queue.append(buffer)
        queue.append(tail)
        queued += buffer.readableBytes + tail.readableBytes
        buffer = channel.allocator.buffer(capacity: Self.initial)
    }

    /// Writes `MSG subject id ` or `HMSG subject id `.
    @inline(__always)
    private static func write(
        _ subject: Span<UInt8>, _ label: SubscriptionLabel, _ hasHeaders: Bool,
        into bytes: UnsafeMutableRawBufferPointer
    ) -> Int {
        var count = 0
        if hasHeaders {
            bytes[0] = UInt8(ascii: "H")
            count = 1
        }
        // "MSG "
        bytes.storeBytes(of: UInt32(0x2047_534d).littleEndian, toByteOffset: count, as: UInt32.self)
        count += 4
        subject.withUnsafeBytes { copy($0, into: bytes, at: count) }
        count += subject.count
        label.write(into: bytes, at: count)
        return count + label.count
    }

    @inline(__always)
    private static func copy(
        _ source: UnsafeRawBufferPointer, into bytes: UnsafeMutableRawBufferPointer, at offset: Int
    ) {
        UnsafeMutableRawBufferPointer(rebasing: bytes[offset...]).copyMemory(from: source)
    }

    // MARK: Sending

    /// Hands everything to the socket.
    ///
    /// - Parameter written: succeeds when the socket has taken the last of it.
    mutating func flush(now: Int64, written: EventLoopPromise<Void>? = nil) {
        let count = gathered
        guard count > 0 else {
            written?.succeed(())
            return
        }
        if pending == 0 {
            lastProgress = now
            (batch, batchSince) = (count, now)
        }
        for part in queue { channel.write(part, promise: nil) }
        queue.removeAll(keepingCapacity: true)
        queued = 0
        channel.writeAndFlush(buffer, promise: written)
        renewBuffer()
        pending += count
        notePending(now)
    }

    /// The buffer's storage is used again if the socket has taken everything and let go of it.
    private mutating func renewBuffer() {
        isUsed = true
        if channel.isWritable {
            buffer.clear()
        } else {
            buffer = channel.allocator.buffer(capacity: min(max(buffer.readableBytes, Self.initial), Self.early))
        }
    }

    /// Gives back storage that was not needed since this was last asked for.
    mutating func trim() {
        if !isUsed, gathered == 0, buffer.capacity > Self.initial {
            buffer = channel.allocator.buffer(capacity: Self.initial)
        }
        isUsed = false
    }

    /// Sees how much the socket has taken since it was last asked, and notes when.
    private mutating func notePending(_ now: Int64) {
        guard pending > 0 else { return }
        setPending(channel.isWritable ? 0 : bufferedBytes())
        if hasProgressed { lastProgress = now }
        hasProgressed = false
        // What came meanwhile is the next work.
        if batch <= 0 { (batch, batchSince) = (pending, now) }
    }

    /// The client is known to have taken something.
    mutating func noteProgress(_ now: Int64) {
        lastProgress = now
    }

    private mutating func setPending(_ left: Int) {
        if left < pending {
            hasProgressed = true
            batch -= pending - left
        }
        pending = left
    }

    /// Whether the client has taken too long over what waited for it.
    ///
    /// - Parameter isPatient: whether a client may stay that takes a little from time to time.
    mutating func isOverdue(_ now: Int64, deadline: Int64, isPatient: Bool) -> Bool {
        notePending(now)
        return pending > 0 && now - (isPatient ? lastProgress : batchSince) > deadline
    }

    /// A closed channel holds nothing any more.
    private func bufferedBytes() -> Int {
        (try? options?.getOption(.bufferedWritableBytes)) ?? 0
    }
}
