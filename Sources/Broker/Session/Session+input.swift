import Authorization
import NIOCore
import Wire

// From bytes to commands.

extension Session {
    /// Takes what the socket read.
    func receive(_ bytes: ByteBuffer) {
        guard !isEnding else { return }
        lastInput = core.monotonicNow
        if carry.readableBytes == 0 {
            carry = bytes
        } else {
            var bytes = bytes
            carry.writeBuffer(&bytes)
        }
        process()
    }

    /// Works through the commands that are there, in place, until one is incomplete or has to be waited for.
    func process() {
        guard carry.readableBytes >= carryNeeded, mayRead else { return }
        // Out of the session for the time being: its storage is then not shared, and no command can reach it.
        var input = carry
        carry = ByteBuffer()
        carryNeeded = 0
        let consumed = processCommands(input.readableBytesUInt8Span)
        input.moveReaderIndex(forwardBy: consumed)
        guard input.readableBytes > 0, !isEnding else { return }
        input.discardReadBytes()
        if carryNeeded > input.readableBytes { input.reserveCapacity(carryNeeded) }
        carry = input
    }

    private var mayRead: Bool {
        switch state {
        case .awaitingConnect, .active: true
        case .signingIn, .closing, .closed: false
        }
    }

    private func processCommands(_ bytes: Span<UInt8>) -> Int {
        var position = 0
        while position < bytes.count, mayRead {
            if case .awaitingConnect = state, bytes[position] & 0xDF != UInt8(ascii: "C") {
                refuse(.noCredentials)
                return position
            }
            switch parser.parse(bytes, at: position) {
            case .command(let command, let end):
                position = end
                perform(command, bytes)
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

    private func perform(_ command: Command, _ bytes: Span<UInt8>) {
        switch command.verb {
        case .publish: publish(command, bytes)
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
        send(core.identity.information(for: self, settings: core.settings, account: account))
    }

    private func fail(_ fault: ProtocolFault) {
        if case .awaitingConnect = state, fault != .controlLineTooLong {
            refuse(.noCredentials)
            return
        }
        core.environment.log(.info, "\(label): \(fault)")
        close(telling: fault.text)
    }

    /// What the connection is called in the log.
    var label: String {
        "\(remoteAddress ?? "local") - cid:\(id)"
    }
}
