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
        var bytes = bytes
        if carry.readableBytes > 0 || !mayProceed {
            guard finishCarry(with: &bytes) else { return }
        }
        work(through: &bytes)
    }

    /// Works through the commands that are there, in place, until one is incomplete or has to wait.
    func process() {
        guard carry.readableBytes >= carryNeeded, mayProceed else { return }
        // Out of the session for the time being: its storage is then not shared, and no command can reach it.
        var input = carry
        carry = ByteBuffer()
        work(through: &input)
    }

    /// Works through a buffer and keeps what is left of it.
    private func work(through input: inout ByteBuffer) {
        carryNeeded = 0
        input.moveReaderIndex(forwardBy: processCommands(input))
        guard !isEnding else { return }
        keep(&input)
        if !mayProceed { hold() }
    }

    /// How much is added to the beginning of a command at a time, to see whether it is whole then.
    private static let stitch = 512

    /// Finishes the command that began in an earlier read, with no more of the new bytes than that takes, so that the
    /// others can be worked through where they are.
    ///
    /// - Returns: whether the rest of the new bytes may be worked through.
    private func finishCarry(with bytes: inout ByteBuffer) -> Bool {
        var input = carry
        carry = ByteBuffer()
        while bytes.readableBytes > 0 {
            let held = input.readableBytes
            let wanted = max(carryNeeded - held, Self.stitch)
            if var part = bytes.readSlice(length: min(wanted, bytes.readableBytes)) { input.writeBuffer(&part) }
            guard input.readableBytes >= carryNeeded, mayProceed else { continue }
            carryNeeded = 0
            let consumed = processCommands(input)
            guard !isEnding else { return false }
            if consumed >= held {
                bytes.moveReaderIndex(to: bytes.readerIndex - (input.readableBytes - consumed))
                if mayProceed { return true }
                input = bytes
                break
            }
            input.moveReaderIndex(forwardBy: consumed)
        }
        keep(&input)
        if !mayProceed { hold() }
        return false
    }

    /// Keeps input for later, in no more memory than it needs: a client that sends half a line and falls silent is not
    /// worth the buffer that it was read into.
    private func keep(_ input: inout ByteBuffer) {
        guard input.readableBytes > 0 else { return }
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
    var mayProceed: Bool {
        switch state {
        case .awaitingConnect, .active: !isStalled && !shard.isHeldUp && awaitedServices == 0
        case .signingIn, .closing, .closed: false
        }
    }

    private func processCommands(_ input: ByteBuffer) -> Int {
        let bytes = input.readableBytesUInt8Span
        // Whatever ends the session's time as this client in this account also ends the loop.
        let (client, account) = (client, account)
        let isTraced = isTraced
        var position = 0
        while position < bytes.count, mayProceed {
            if case .awaitingConnect = state, bytes[position] & 0xDF != UInt8(ascii: "C") {
                if context.trust.admitsUnannounced(facts) { signInUnannounced() } else { refuse(.noCredentials) }
                return position
            }
            switch parser.parse(bytes, at: position) {
            case .command(let command, let end):
                if isTraced { trace(command, bytes, from: position, to: end) }
                position = end
                perform(command, bytes, input, client, account)
            case .incomplete(let count):
                carryNeeded = count
                if options.pedantic { judgeSubject(bytes, at: position) }
                return position
            case .fault(let fault):
                if options.pedantic { judgeSubject(bytes, at: position) }
                fail(fault, bytes, at: position)
                return position
            }
        }
        return position
    }

    @inline(__always)
    private func perform(
        _ command: Command, _ bytes: Span<UInt8>, _ input: ByteBuffer, _ client: Client?, _ account: Account?
    ) {
        switch command.verb {
        case .publish:
            if let client, let account { publish(command, bytes, input, by: client, in: account) }
        case .subscribe: subscribe(command, bytes)
        case .unsubscribe: unsubscribe(command, bytes)
        case .ping: answerPing()
        case .pong: notePong()
        case .connect: signIn(bytes.extracting(command.argument.start..<command.argument.end))
        case .information: heed(information: bytes.extracting(command.argument.start..<command.argument.end))
        case .ok: break
        case .error: close(.parseError, telling: nil)
        }
    }

    /// What a client says of itself as if it were a server is read, and nothing is made of it.
    private func heed(information json: Span<UInt8>) {
        guard !PeerInformation.isReadable(json) else { return }
        log(.error, "INFO Parse Error")
        close(.protocolViolation, telling: nil)
    }

    /// Tells a pedantic client what is wrong with a subject as soon as it is there: the payload may be a long time coming,
    /// or not end as it should.
    private func judgeSubject(_ bytes: Span<UInt8>, at position: Int) {
        guard isActive, !hasJudgedSubject, let range = parser.publishedSubject(bytes, at: position) else { return }
        hasJudgedSubject = true
        if !SubjectRules.isLiteral(bytes.extracting(range.start..<range.end)) {
            sendError(ErrorLine.invalidPublishSubject)
            scheduleFlush()
        }
    }

    private func fail(_ fault: ProtocolFault, _ bytes: Span<UInt8>, at position: Int) {
        log(fault, bytes, at: position)
        close(ClosedState(fault), telling: fault.text)
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
        guard isActive, shard.isHeldUp, !isWaiting else { return }
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
        guard mayProceed else { return }
        if isFinishing { finish() } else { setReading(true) }
    }

    /// The client has asked something of one of the server's services.
    func awaitService() {
        awaitedServices += 1
    }

    func serviceAnswered() {
        guard awaitedServices > 0 else { return }
        awaitedServices -= 1
        if awaitedServices == 0 { proceed() }
    }

    /// How long publishers wait for a receiver that is falling behind, and how often in one read at the most: long enough
    /// for it to catch up if it can, too short for others to suffer from it.
    private static let stall = TimeAmount.milliseconds(5)
    private static let mostStalls = 2

    /// Has the client's commands wait a moment, because somebody who receives what it publishes is falling behind.
    func stall() {
        guard isActive, !isStalled, stalls < Self.mostStalls else { return }
        shard.tally.stalls &+= 1
        isStalled = true
        stalls += 1
        setReading(false)
        channel.eventLoop.assumeIsolated().scheduleTask(in: Self.stall) { [self] in
            isStalled = false
            proceed()
        }
    }
}
