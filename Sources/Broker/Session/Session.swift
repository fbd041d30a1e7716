import Authorization
import NIOCore
import NKeys
import Subjects
import Wire

/// One client connection: what it may do, what it asked for, what waits to be sent to it.
final class Session {
    enum State {
        /// Connected, nothing presented yet.
        case awaitingConnect
        /// CONNECT was received and is being decided on; nothing else is read meanwhile.
        case signingIn
        case active
        /// The last words are on their way; what still comes in is thrown away.
        case closing
        case closed
    }

    let id: UInt64
    unowned let core: BrokerCore
    let channel: any Channel
    let remoteAddress: String?
    let facts: ConnectionFacts
    var state = State.awaitingConnect

    // MARK: Who it is
    var options = ConnectOptions()
    /// Whose credential was presented last.
    var claimant: Claimant?
    var principal: Principal?
    var account: Account?
    var subscriptions: [[UInt8]: Subscription] = [:]
    var credits = ReplyCredits()

    // MARK: Input
    var parser: CommandParser
    /// Input that is not a whole command yet.
    var carry = ByteBuffer()
    /// How much of it there has to be before it is worth looking again.
    var carryNeeded = 0

    // MARK: Output
    private var output: ByteBuffer
    private var isUnflushed = false
    /// Bytes handed to the socket that it has not taken yet.
    private var pending = 0
    /// When the socket last took something, monotonic nanoseconds.
    private var lastProgress: Int64 = 0

    // MARK: Time
    /// Unix seconds.
    let connectedAt: Int64
    /// When the client was last expected to sign in.
    var signInSince: Int64
    var lastInput: Int64
    var lastPing: Int64
    var unansweredPings = 0
    var closingSince: Int64 = 0
    /// Whether the first PING after CONNECT has been answered with the account's particulars.
    var hasToldAccount = false

    init(id: UInt64, core: BrokerCore, channel: any Channel, now: Int64) {
        self.id = id
        self.core = core
        self.channel = channel
        let address = channel.remoteAddress?.networkAddress
        remoteAddress = channel.remoteAddress?.ipAddress
        facts = ConnectionFacts(address: address, nonce: Nonce.random())
        parser = CommandParser(
            maximumControlLine: core.settings.maximumControlLine, maximumPayload: core.settings.maximumPayload)
        output = channel.allocator.buffer(capacity: 1024)
        connectedAt = core.environment.moment().seconds
        signInSince = now
        lastInput = now
        lastPing = now
    }

    var isActive: Bool {
        if case .active = state { return true }
        return false
    }

    /// Whether the connection has ended or is about to.
    var isEnding: Bool {
        switch state {
        case .closing, .closed: true
        case .awaitingConnect, .signingIn, .active: false
        }
    }

    // MARK: Output

    func send(_ text: String) {
        guard hasRoom() else { return }
        output.writeString(text)
        scheduleFlush()
    }

    /// Whether the receiver has not left more behind than it may; otherwise it is cut off.
    @inline(__always)
    private func hasRoom() -> Bool {
        if pending + output.readableBytes <= core.settings.maximumPending { return true }
        closeSlowConsumer()
        return false
    }

    func sendError(_ text: String) {
        send("-ERR '\(text)'\r\n")
    }

    func sendOKIfVerbose() {
        if options.verbose { send("+OK\r\n") }
    }

    /// Appends one delivery to the output.
    ///
    /// - Returns: whether the receiver could take it.
    @inline(__always)
    func appendMessage(
        _ subject: Span<UInt8>, _ id: Span<UInt8>, _ reply: Span<UInt8>, _ headerCount: Int, _ payload: Span<UInt8>
    ) -> Bool {
        guard hasRoom() else { return false }
        let capacity = MessageLine.capacity(subject: subject.count, subscription: id.count, reply: reply.count)
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity + payload.count + 2) { buffer in
            var count = MessageLine.write(
                into: buffer, subject: subject, subscription: id, reply: reply, headerCount: headerCount,
                payloadCount: payload.count)
            payload.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(from: bytes)
            }
            count += payload.count
            buffer[count] = 0x0D
            buffer[count + 1] = 0x0A
            return count + 2
        }
        scheduleFlush()
        if output.readableBytes >= Self.earlyFlush { flush() }
        return true
    }

    /// Output beyond this is handed to the socket before the turn of the loop ends.
    private static let earlyFlush = 256 << 10

    private func scheduleFlush() {
        guard !isUnflushed else { return }
        isUnflushed = true
        core.needsFlush(self)
    }

    func flush() {
        isUnflushed = false
        let count = output.readableBytes
        guard count > 0 else { return }
        let bytes = output
        output = channel.allocator.buffer(capacity: min(max(count, 1024), 64 << 10))
        if pending == 0 { lastProgress = core.monotonicNow }
        pending += count
        let written = channel.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [weak self] _ in self?.wrote(count) }
        channel.writeAndFlush(bytes, promise: written)
    }

    private func wrote(_ count: Int) {
        pending -= count
        lastProgress = core.monotonicNow
        if case .closing = state, pending == 0 { channel.close(mode: .output, promise: nil) }
    }

    /// Whether the receiver has taken nothing for too long while output waited.
    func missesWriteDeadline(_ now: Int64) -> Bool {
        pending > 0 && now - lastProgress > core.limits.write
    }

    var hasPendingOutput: Bool { pending > 0 || output.readableBytes > 0 }
}

/// What a client signs to prove its key.
enum Nonce {
    /// 11 random bytes as 15 characters of base64url.
    static func random() -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var generator = SystemRandomNumberGenerator()
        return (0..<15).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
    }
}

extension SocketAddress {
    /// The address without its port.
    var networkAddress: NetworkAddress? {
        ipAddress.flatMap { NetworkAddress($0) }
    }
}
