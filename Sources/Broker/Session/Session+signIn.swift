import Authorization
import Claims
import NIOCore
import NIOPosix
import Wire

// Signing in: the session feeds the admission machine what it asks for, and does what it says.

extension Session {
    /// Handles CONNECT, the first or a later one. A later one signs in anew, maybe into another account, so everything
    /// that was held under the old credentials goes first.
    func signIn(_ json: Span<UInt8>) {
        guard let options = ConnectOptions(json: json, after: options) else {
            return isActive ? close(telling: nil) : refuse(.noCredentials, silently: true)
        }
        leaveAccount()
        claimant = nil
        self.options = options
        if let fault = options.fault {
            close(telling: fault)
            return
        }
        state = .signingIn
        signInSince = core.monotonicNow
        // What the client sends meanwhile stays in the socket.
        channel.setOption(.autoRead, value: false).whenFailure { _ in }
        let admission = Admission(options.credentials, facts: facts, trust: core.trust)
        let moment = core.environment.moment()
        verify { [admission] in
            var machine = admission
            return (machine.start(at: moment), machine)
        }
    }

    /// Runs a part of the machine that verifies signatures on the thread pool, and goes on with what it said.
    private func verify(_ work: @escaping @Sendable () -> (Admission.Step, Admission)) {
        let future = core.signatures.runIfActive(eventLoop: core.eventLoop, work)
        future.assumeIsolated().whenComplete { [weak self] result in
            guard let self, case .signingIn = self.state else { return }
            switch result {
            case .success((let step, let machine)): self.proceed(step, machine)
            case .failure: self.refuse(.authenticationTimeout)
            }
            self.core.flush()
        }
    }

    private func proceed(_ step: Admission.Step, _ machine: Admission) {
        claimant = machine.claimant
        switch step {
        case .refused(let refusal):
            refuse(refusal)
        case .needs(.password), .needs(.callout):
            // Asked for only by users of a configuration and by accounts with callouts, which this server has no
            // means for.
            refuse(.unsupportedCredentials)
        case .needs(.account(let key)):
            let resolved = core.accounts[key]?.resolved
            let moment = core.environment.moment()
            verify {
                var machine = machine
                return (machine.resume(account: resolved, at: moment), machine)
            }
        case .admitted(let principal):
            enter(principal)
        }
    }

    /// Binds the session to its account, unless the claims changed while the signatures were being verified: then they
    /// are asked once more.
    private func enter(_ principal: Principal) {
        guard let key = principal.account.key, let account = core.accounts[key] else { return refuse(.unknownAccount) }
        let review = Admission.review(
            principal, account: account.resolved, facts: facts, trust: core.trust, at: core.environment.moment())
        guard case .admitted(let principal) = review else {
            if case .refused(let refusal) = review { refuse(refusal) }
            return
        }
        if let refusal = Admission.refusalToBind(
            facts.type, to: account.claims.limits, connections: account.sessions.count)
        {
            return refuse(refusal)
        }
        self.principal = principal
        self.account = account
        account.sessions[id] = self
        parser.maximumPayload = maximumPayload
        state = .active
        core.decisions.record(.connect, .allowed(Rule(.unrestricted)), by: self)
        core.environment.log(.debug, "\(label): signed in as \(principal.name) of \(account.key)")
        channel.setOption(.autoRead, value: true).whenFailure { _ in }
        sendOKIfVerbose()
        process()
    }

    /// The least of what user, account and server allow.
    var maximumPayload: Int {
        min(principal?.maximumPayload ?? .max, core.settings.maximumPayload)
    }

    /// Takes the session out of its account, with everything it holds there.
    func leaveAccount() {
        removeAllSubscriptions()
        account?.sessions[id] = nil
        account = nil
        principal = nil
        credits = ReplyCredits()
    }

    /// Asks whether the session may stay now that its account's claims have changed (rule S13: only those are cut whose
    /// own credential, key or limit it ended), and puts the new program in place.
    func review() {
        guard isActive, let principal, let account else { return }
        let review = Admission.review(
            principal, account: account.resolved, facts: facts, trust: core.trust, at: core.environment.moment())
        switch review {
        case .admitted(let changed):
            self.principal = changed
            parser.maximumPayload = maximumPayload
            applyProgram()
            if subscriptions.count > maximumSubscriptions { close(telling: ErrorLine.maximumSubscriptionsExceeded) }
        case .refused(.untrustedIssuer):
            // The key that signed the user is gone.
            refuse(.permissionsWithdrawn)
        case .refused(let refusal):
            refuse(refusal)
        case .needs:
            refuse(.unknownAccount)
        }
    }
}

extension Account {
    /// The connections beyond the account's limit, those that came last: the oldest stay.
    func newestAboveLimit() -> [Session] {
        guard let limit = maximumConnections, sessions.count > limit else { return [] }
        return sessions.values.sorted { $0.id < $1.id }.suffix(sessions.count - limit)
    }
}
