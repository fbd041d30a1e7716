import Authorization
import Claims
import Glibc
import NIOCore
import Wire

// How connections end.

extension Session {
    /// How long a client that was told goodbye may take to read it, nanoseconds.
    private static let farewell: Int64 = 1_000_000_000

    /// Ends the connection because its client may not come in or may not stay. The sink gets the true reason, the client
    /// only what it may know, or nothing.
    func refuse(_ refusal: Refusal, silently: Bool = false) {
        guard !isEnding else { return }
        let wasActive = isActive
        context.decisions.record(
            refusal, of: decided, on: shard.index, claimant: claimant, principal: client?.principal,
            called: options.presentation?.shown, departure: wasActive ? .refused : nil)
        isDepartureRecorded = true
        if wasActive {
            log(.info, "cut off: \(refusal.explanation) (\(refusal.rawValue))")
        } else {
            logRefusal(refusal)
        }
        close(
            ClosedState(refusal, wasActive: wasActive),
            telling: silently ? nil : Self.farewell(for: refusal, wasActive: wasActive))
        if !wasActive { tellAccountOfRefusal(refusal) }
    }

    /// The words for the client: while it signs in always the same, so that it learns nothing about what would have
    /// worked; later, why its own credential ended, and none where a key that signed it is gone.
    private static func farewell(for refusal: Refusal, wasActive: Bool) -> String? {
        switch refusal {
        case .authenticationTimeout: return ErrorLine.authenticationTimeout
        case .accountConnectionLimit: return ErrorLine.maximumAccountConnectionsExceeded
        default: break
        }
        guard wasActive else { return ErrorLine.authorizationViolation }
        switch refusal {
        case .permissionsWithdrawn: return nil
        case .revoked: return ErrorLine.userAuthenticationRevoked
        case .userExpired, .outsideHours: return ErrorLine.userAuthenticationExpired
        case .accountExpired, .accountDeleted: return ErrorLine.accountAuthenticationExpired
        default: return ErrorLine.authorizationViolation
        }
    }

    /// Says a last word and ends the connection. The socket is closed for writing when the word is out, and for reading
    /// when the client has hung up or has had time to: closing both at once could take the word away from it.
    func close(_ state: ClosedState, telling text: String?) {
        guard !isEnding else { return }
        noteEnd(state)
        if let text { sendError(text) }
        if listener.type == .webSocket {
            channel.triggerUserOutboundEvent(SessionFarewell(state: state), promise: nil)
        }
        leaveAccount()
        self.state = .closing
        closingSince = context.monotonicNow
        carry = ByteBuffer()
        setReading(true)
        // Flushed when the turn ends, also where there is nothing left to say: the socket is closed behind it.
        scheduleFlush()
    }

    /// A receiver that does not keep up is cut off without a word: there is no room for one.
    func closeSlowConsumer(_ state: ClosedState) {
        guard !isEnding else { return }
        logSlowConsumer(state)
        // Who has not signed in yet is nobody's consumer.
        if let account {
            shard.tally.slowConsumers &+= 1
            account.tally.slowConsumers &+= 1
        }
        noteEnd(state)
        leaveAccount()
        self.state = .closing
        closingSince = context.monotonicNow
        channel.close(promise: nil)
    }

    /// The client has finished sending. What it sent is still carried out; then it gets what is there for it.
    func finish() {
        guard isEnding || mayProceed else {
            isFinishing = true
            return
        }
        shard.handOver()
        flush()
        channel.close(promise: nil)
    }

    /// The socket is gone.
    func disconnected() {
        let isUnsecured = isSecuring && !listener.allowsPlain
        if !isEnding { noteEnd(failure ?? (isUnsecured ? .handshakeError : .clientClosed)) }
        leaveAccount()
        state = .closed
        carry = ByteBuffer()
        shard.remove(self)
    }

    /// Notes why the connection ends, while it is still known whose it was.
    private func noteEnd(_ state: ClosedState) {
        tellHeldBackLines()
        log(.debug, "Client connection closed: \(state.rawValue)")
        recordDeparture(state)
        ending = (state, context.environment.nanoseconds())
        if state == .staleConnection { shard.tally.staleConnections &+= 1 }
        guard !shard.isStopping else { return }
        let report = report()
        shard.control.execute { $0.noteClosed(report) }
        shard.tellOfDisconnect(report)
    }

    /// Who hangs up without having signed in leaves no record.
    private func recordDeparture(_ state: ClosedState) {
        guard !isDepartureRecorded, let departure = Departure(state), client != nil || departure.isCut else { return }
        isDepartureRecorded = true
        context.decisions.record(departure, of: decided, on: shard.index, principal: client?.principal)
    }

    /// Ends the connection unless the system has sent something of it within the deadline: a socket takes nothing until
    /// much of what it holds has gone, which with a slow client takes longer than that.
    private func closeUnlessSending(deadline: Int64) {
        guard let options = channel as? any SocketOptionProvider else {
            return closeSlowConsumer(.slowConsumerWriteDeadline)
        }
        options.getTCPInfo().assumeIsolated().whenComplete { [self] result in
            let sentBefore = (try? result.get()).map { Int64($0.tcpi_last_data_sent) * 1_000_000 }
            guard let sentBefore, sentBefore <= deadline else {
                return closeSlowConsumer(.slowConsumerWriteDeadline)
            }
            output.noteProgress(context.monotonicNow)
        }
    }

    /// Looks at everything that depends on the time.
    func tick(at seconds: Int64, monotonic now: Int64) {
        let rules = context.rules
        let isPatient = rules.settings.writeTimeout == .retry
        if output.isOverdue(now, deadline: rules.limits.write, isPatient: isPatient) {
            guard isPatient else { return closeSlowConsumer(.slowConsumerWriteDeadline) }
            closeUnlessSending(deadline: rules.limits.write)
        }
        output.trim()
        tellHeldBackLines()
        switch state {
        case .awaitingConnect where context.trust.isOpen(listener.type):
            pingIfDue(now)
        case .awaitingConnect, .signingIn:
            guard !isSecuring, now - signInSince > signInPatience else { break }
            refuse(openCallout == nil ? .authenticationTimeout : .calloutWithoutAnswer)
        case .active:
            if let endsAt = client?.principal.endsAt, seconds > endsAt { return refuse(.userExpired) }
            if let account, account.claims.expires != 0, seconds > account.claims.expires {
                return refuse(.accountExpired)
            }
            pingIfDue(now)
        case .closing:
            if now - closingSince > Self.farewell { channel.close(promise: nil) }
        case .closed:
            break
        }
    }
}
