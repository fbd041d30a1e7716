import Wire

// The protocol in the log, where that is asked for. None of this is reached while `isTraced` is off.

extension Session {
    @inline(never)
    func trace(_ command: Command, _ bytes: Span<UInt8>, from start: Int, to end: Int) {
        guard command.verb != .connect else {
            let json = bytes.extracting(command.argument.start..<command.argument.end)
            return log(.trace, "<<- [\(ProtocolTrace.connect(json))]")
        }
        let line = ProtocolTrace.command(bytes, from: start, to: end)
        log(.trace, "<<- [\(line)]")
        guard command.verb == .publish else { return }
        tracePayload(
            "<<-", bytes.extracting(command.payload.start..<command.payload.end), headerCount: command.headerCount)
    }

    /// A delivery, as it goes to the client.
    @inline(never)
    func traceDelivery(
        _ subject: Span<UInt8>, _ subscription: Subscription, _ tail: Span<UInt8>, _ shape: MessageShape
    ) {
        let hasHeaders = shape.headerCount > 0 && options.headers
        let start = shape.payloadStart + (hasHeaders ? 0 : shape.headerCount)
        let payload = tail.extracting(start..<max(start, tail.count - 2))
        var words = [copied(subject), subscription.id].map { ProtocolTrace.line($0) }
        if shape.replyCount > 0 { words.append(ProtocolTrace.line(copied(tail.extracting(shape.reply)))) }
        if hasHeaders { words.append("\(shape.headerCount)") }
        words.append("\(payload.count)")
        log(.trace, "->> [\(hasHeaders ? "HMSG" : "MSG") \(words.joined(separator: " "))]")
        tracePayload("->>", payload, headerCount: hasHeaders ? shape.headerCount : 0)
    }

    private func tracePayload(_ direction: String, _ bytes: Span<UInt8>, headerCount: Int) {
        let logging = context.settings.logging
        guard
            let text = ProtocolTrace.payload(
                bytes, most: logging.maximumTracedMessage,
                headerCount: logging.tracesHeadersOnly ? headerCount : nil)
        else { return }
        log(.trace, "\(direction) \(text)")
    }

    /// What the server says to the client besides messages, without the line's end.
    @inline(never)
    func traceOutput(_ line: String) {
        log(.trace, "->> [\(line)]")
    }

    @inline(never)
    func traceRemoval(_ subscription: Subscription) {
        log(.trace, "<-> [DELSUB \(ProtocolTrace.line(subscription.id))]")
    }
}

extension Shard {
    /// Takes from the present rules whether connections are traced.
    func refreshTracing() {
        let settings = context.settings
        tracesSystem = settings.trace && settings.logging.tracesSystem
        guard isTracing != settings.trace else { return }
        isTracing = settings.trace
        for session in sessions.values { session.isTraced = isTracing }
    }

    /// What the server itself says in the system account.
    @inline(never)
    func traceEvent(_ event: EventQueue.Event) {
        let logging = context.settings.logging
        context.environment.log(
            .trace, "SYSTEM - <<- [PUB \(ProtocolTrace.line(event.subject)) \(event.body.count)]")
        let text = ProtocolTrace.payload(
            event.body.span, most: logging.maximumTracedMessage, headerCount: logging.tracesHeadersOnly ? 0 : nil)
        if let text { context.environment.log(.trace, "SYSTEM - <<- \(text)") }
    }
}
