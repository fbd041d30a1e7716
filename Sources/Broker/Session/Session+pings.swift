import Authorization
import Wire

// Whether the client is still there, and how far away.

extension Session {
    /// When a client is first pinged, to measure how long it takes to answer, and how old that may become; nanoseconds.
    private static let firstPing: Int64 = 2_000_000_000
    private static let measureInterval: Int64 = 3_600_000_000_000

    func answerPing() {
        if isTraced { traceOutput("PONG") }
        send("PONG\r\n")
        guard !hasAnsweredPing, answersConnect || facts.noAuthUser != nil, let account else { return }
        hasAnsweredPing = true
        guard options.protocolVersion >= 1 else { return }
        send(context.identity.information(for: self, .account(account)))
    }

    /// Tells a client that understands it, and has been told where it is, that it should go elsewhere.
    ///
    /// - Returns: whether it was told.
    @discardableResult
    func tellOfLameDuck() -> Bool {
        guard isActive, hasAnsweredPing, options.protocolVersion >= 1 else { return false }
        send(context.identity.information(for: self, .lameDuck))
        return true
    }

    /// Sends a PING where the interval says so: to a client that has sent nothing for as long, and to any whose round trip
    /// was not measured lately.
    func pingIfDue(_ now: Int64) {
        let interval = listener.pingInterval ?? context.limits.pingInterval
        guard now - lastPing > (measuredAt == 0 ? min(interval, Self.firstPing) : interval) else { return }
        lastPing = now
        if now - lastInput <= interval {
            unansweredPings = 0
            guard measuredAt == 0 || now - measuredAt > Self.measureInterval else { return }
        }
        measuredAt = now
        unansweredPings += 1
        if unansweredPings > context.settings.maximumPingsOut {
            log(.debug, "Stale Client Connection - Closing")
            return close(.staleConnection, telling: ErrorLine.staleConnection)
        }
        pingedAt = now
        if isTraced { traceOutput("PING") }
        send("PING\r\n")
    }

    func notePong() {
        unansweredPings = 0
        guard pingedAt > 0 else { return }
        roundTrip = max(context.monotonicNow - pingedAt, 1)
        pingedAt = 0
    }
}
