import Authorization
import NIOCore
import Wire

// From bytes to commands.

extension Session {
    /// Takes what the socket read.
    func receive(_ bytes: ByteBuffer) {
        guard !isEnding else { return }
        lastInput = context.monotonicNow
        stalls = 0
        if carry.readableBytes == 0 {
            carry = bytes
        } else {
            var bytes = bytes
            carry.writeBuffer(&bytes)
        }
        process()
    }

    /// Works through the commands that are there, in place, until one is incomplete or has to wait.
    func process() {
        guard carry.readableBytes >= carryNeeded, mayProceed else { return }
        // Out of the session for the time being: its storage is then not shared, and no command can reach it.
        var input = carry
        carry = ByteBuffer()
        carryNeeded = 0
        let consumed = processCommands(input)
        input.moveReaderIndex(forwardBy: consumed)
        guard !isEnding else { return }
        if input.readableBytes > 0 { keep(&input) }
        if !mayProceed { hold() }
    }

    /// Keeps input for later, in no more memory than it needs: a client that sends half a line and falls silent is not
    /// worth the buffer that it was read into.
    private func keep(_ input: inout ByteBuffer) {
        let needed = max(input.readableBytes, carryNeeded)
        if input.capacity > 2 * needed, input.capacity > 1024 {
            carry = channel.allocator.buffer(capacity: needed)
            carry.writeBuffer(&input)
        } else {
            input.discardReadBytes()
            input.reserveCapacity(needed)
            carry = input
        }
    }

    @inline(__always)
    private var mayProceed: Bool {
        switch state {
        case .awaitingConnect, .active: !isStalled && shard.laggards.isEmpty
        case .signingIn, .closing, .closed: false
        }
    }

    private func processCommands(_ input: ByteBuffer) -> Int {
        let bytes = input.readableBytesUInt8Span
        var position = 0
        while position < bytes.count, mayProceed {
            if case .awaitingConnect = state, bytes[position] & 0xDF != UInt8(ascii: "C") {
                refuse(.noCredentials)
                return position
            }
            switch parser.parse(bytes, at: position) {
            case .command(let command, let end):
                position = end
                perform(command, bytes, input)
            case .incomplete(let count):
                carryNeeded = count
                return position
            case .fault(let fault):
                fail(fault)
                return position
            }
        }
        return position
    }

    @inline(__always)
    private func perform(_ command: Command, _ bytes: Span<UInt8>, _ input: ByteBuffer) {
        switch command.verb {
        case .publish: publish(command, bytes, input)
        case .subscribe: subscribe(command, bytes)
        case .unsubscribe: unsubscribe(command, bytes)
        case .ping: answerPing()
        case .pong: unansweredPings = 0
        case .connect: signIn(bytes.extracting(command.argument.start..<command.argument.end))
        case .ignored: break
        case .error: close(telling: nil)
        }
    }

    private func answerPing() {
        send("PONG\r\n")
        guard !hasToldAccount, options.protocolVersion >= 1, let account else { return }
        hasToldAccount = true
        send(context.identity.information(for: self, account: account))
    }

    private func fail(_ fault: ProtocolFault) {
        if case .awaitingConnect = state, fault != .controlLineTooLong {
            refuse(.noCredentials)
            return
        }
        context.environment.log(.info, "\(label): \(fault)")
        close(telling: fault.text)
    }

    // MARK: Waiting

    func setReading(_ isReading: Bool) {
        guard isReading != self.isReading else { return }
        self.isReading = isReading
        // Fails only for a channel that is closed, which reads nothing more anyway.
        try? channel.syncOptions?.setOption(.autoRead, value: isReading)
    }

    /// Leaves what the client sends in its socket, until there is a reason to go on.
    private func hold() {
        setReading(false)
        guard isActive, !shard.laggards.isEmpty, !isWaiting else { return }
        isWaiting = true
        shard.waiting.append(self)
    }

    /// The other shards have caught up.
    func goOn() {
        isWaiting = false
        proceed()
    }

    /// Goes on reading commands, if nothing keeps the session from it any more.
    func proceed() {
        process()
        if mayProceed { setReading(true) }
    }

    /// How long publishers wait for a receiver that is falling behind, and how often in one read at the most: long enough
    /// for it to catch up if it can, too short for others to suffer from it.
    private static let stall = TimeAmount.milliseconds(5)
    private static let mostStalls = 2

    /// Has the client's commands wait a moment, because somebody who receives what it publishes is falling behind.
    func stall() {
        guard isActive, !isStalled, stalls < Self.mostStalls else { return }
        isStalled = true
        stalls += 1
        setReading(false)
        channel.eventLoop.assumeIsolated().scheduleTask(in: Self.stall) { [weak self] in
            guard let self else { return }
            isStalled = false
            proceed()
        }
    }
}
