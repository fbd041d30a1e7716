// What the server tells the system account by itself. Nothing is written that nobody hears.

extension Shard {
    /// Whether somebody hears what is said on a subject of the system account.
    func isHeard(_ subject: [UInt8]) -> Bool {
        guard let systemAccount else { return false }
        return isHeard(subject, in: systemAccount)
    }

    /// A name of an account that makes no subject is heard by nobody.
    private func isHeard(_ subject: [UInt8], in account: Account) -> Bool {
        guard !isStopping, SubjectRules.isLiteral(subject.span), subject.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            return false
        }
        return !account.interest.match(subject.span).isEmpty
    }

    /// Says something in the system account, or in another, when the turn of the loop ends, if anybody hears it. Nothing is
    /// said where there is no system account.
    func tell(_ subject: [UInt8], in account: Account? = nil, _ body: () -> String) {
        guard let systemAccount else { return }
        let account = account ?? systemAccount
        guard isHeard(subject, in: account) else { return }
        let event = EventQueue.Event(account: account.number, subject: subject, body: Array(body().utf8))
        events.add(event, isBehind: isHeldUp)
        endTurnSoon()
    }

    /// Says what waits to be said.
    func publishEvents() {
        guard !events.isEmpty else { return }
        for event in events.takeAll() {
            if tracesSystem { traceEvent(event) }
            let message = ComposedMessage(
                reply: [UInt8]().span, headerCount: 0, payload: event.body.span, serial: nextSerial())
            route(Origin(), in: accounts[event.account], subject: event.subject.span, message.tail.span, message.shape)
        }
    }

    func reportDroppedEvents(now: Int64) {
        guard let count = events.takeReport(now: now) else { return }
        context.environment.log(
            .warning, "\(count) events were left out, because they came faster than the system account could take them")
    }

    /// A text for an event's `id`.
    func nextEventID() -> String { MessageName.random { random.next() } }
}
