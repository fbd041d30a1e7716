import NIOCore

// What is sent to the client.

extension Session {
    func send(_ text: String) {
        guard hasRoom() else { return }
        output.append(text)
        scheduleFlush()
    }

    func sendError(_ text: String) {
        if isTraced { traceOutput("-ERR " + ProtocolTrace.line(Array(text.utf8))) }
        send("-ERR '\(text)'\r\n")
    }

    @inline(__always)
    func sendOKIfVerbose() {
        guard options.verbose else { return }
        if isTraced { traceOutput("OK") }
        send("+OK\r\n")
    }

    /// Whether the client has not left more behind than it may; otherwise it is cut off.
    @inline(__always)
    func hasRoom() -> Bool {
        if output.hasRoom() { return true }
        closeSlowConsumer(.slowConsumerPendingBytes)
        return false
    }

    @inline(__always)
    func scheduleFlush() {
        if !isUnflushed {
            isUnflushed = true
            shard.needsFlush(self)
        }
        if output.gathered >= SessionOutput.early { flushEarly() }
    }

    /// What was said on other shards' behalf before goes to them before this goes to the socket.
    private func flushEarly() {
        shard.handOver()
        write()
    }

    /// Hands the output to the socket, which must not come back to any session meanwhile.
    private func write(_ written: EventLoopPromise<Void>? = nil) {
        let wasWriting = shard.isWriting
        shard.isWriting = true
        output.flush(now: context.monotonicNow, written: written)
        shard.isWriting = wasWriting
    }

    /// Hands all output to the socket, when the turn of the loop ends.
    func flush() {
        isUnflushed = false
        guard case .closing = state else { return write() }
        let written = channel.eventLoop.makePromise(of: Void.self)
        let channel = channel
        written.futureResult.assumeIsolated().whenComplete { _ in channel.close(mode: .output, promise: nil) }
        write(written)
    }
}
