import Authorization

/// The events of a trace. `time` is always text.
enum TraceEvent {
    /// A client published it.
    static func ingress(_ client: Client, _ subject: Span<UInt8>, error: String? = nil, time: String) -> JSONText {
        var event = begin("in", time)
        event.add("kind", UInt64(0))
        event.add("cid", client.connection)
        if !client.name.isEmpty { event.add("name", client.name) }
        event.add("acc", client.principal.account.text)
        event.add("subj", text(subject))
        if let error { event.add("error", error) }
        return event
    }

    /// The account's mappings moved it.
    static func mapping(to subject: Span<UInt8>, time: String) -> JSONText {
        var event = begin("sm", time)
        event.add("to", text(subject))
        return event
    }

    /// It went to another account that imports the stream.
    static func streamExport(to account: Account, _ subject: Span<UInt8>, time: String) -> JSONText {
        var event = begin("se", time)
        event.add("acc", account.identity.text)
        event.add("to", text(subject))
        return event
    }

    /// It went to another account's service.
    static func serviceImport(
        to account: Account, _ subject: Span<UInt8>, from local: Span<UInt8>, time: String
    ) -> JSONText {
        var event = begin("si", time)
        event.add("acc", account.identity.text)
        event.add("from", text(local))
        event.add("to", text(subject))
        return event
    }

    /// A client got it, or not.
    static func egress(_ receiver: TraceReceiver, connection: UInt64, name: String, error: String?, time: String)
        -> JSONText
    {
        var event = begin("eg", time)
        event.add("kind", UInt64(0))
        event.add("cid", connection)
        if !name.isEmpty { event.add("name", name) }
        if let account = receiver.account { event.add("acc", account) }
        event.add("sub", text(receiver.pattern.span))
        if let queue = receiver.queue { event.add("queue", text(queue.span)) }
        if let error { event.add("error", error) }
        return event
    }

    private static func begin(_ type: String, _ time: String) -> JSONText {
        var event = JSONText()
        event.add("type", type)
        event.add("ts", time)
        return event
    }

    private static func text(_ subject: Span<UInt8>) -> String {
        String(decoding: copied(subject), as: UTF8.self)
    }
}
