// What the server tells the system account by itself. Nothing is written that nobody hears.

extension Shard {
    /// Whether somebody hears what is said on a subject of the system account. A name of an account that makes no subject
    /// is heard by nobody.
    func isHeard(_ subject: [UInt8]) -> Bool {
        guard let systemAccount, !isStopping, SubjectRules.isLiteral(subject.span),
            subject.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { return false }
        return !systemAccount.interest.match(subject.span).isEmpty
    }

    /// Says something in the system account when the turn of the loop ends, if anybody hears it.
    func tell(_ subject: [UInt8], _ body: () -> String) {
        guard isHeard(subject) else { return }
        events.add(EventQueue.Event(subject: subject, body: Array(body().utf8)), isBehind: isHeldUp)
        endTurnSoon()
    }

    /// Says what waits to be said.
    func publishEvents() {
        guard let systemAccount, !events.isEmpty else { return }
        for event in events.takeAll() {
            let message = ComposedMessage(
                reply: [UInt8]().span, headerCount: 0, payload: event.body.span, serial: nextSerial())
            route(Origin(), in: systemAccount, subject: event.subject.span, message.tail.span, message.shape)
        }
    }

    func reportDroppedEvents(now: Int64) {
        guard let count = events.takeReport(now: now) else { return }
        context.environment.log(
            .warning, "\(count) events were left out, because they came faster than the system account could take them")
    }

    /// A text for an event's `id`: unique, not secret.
    func nextEventID() -> String {
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        var letters: [UInt8] = []
        for _ in 0..<2 {
            var number = random.next()
            for _ in 0..<11 {
                letters.append(alphabet[Int(number % 62)])
                number /= 62
            }
        }
        return String(decoding: letters, as: UTF8.self)
    }
}
