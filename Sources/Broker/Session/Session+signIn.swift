import Authorization
import Claims
import NIOCore
import NIOPosix
import Wire

// Signing in: the session feeds the admission machine what it asks for, and does what it says.

extension Session {
    /// How long the client may take, nanoseconds.
    var signInPatience: Int64 { listener.signIn ?? context.limits.signIn }

    /// Handles CONNECT, the first or a later one. A later one signs in anew, maybe into another account, so everything
    /// that was held under the old credentials goes first.
    func signIn(_ json: Span<UInt8>) {
        guard var options = ConnectOptions(json: json, after: options) else {
            // Nobody who could be refused; but the sink hears that nothing was presented.
            if !isActive {
                context.decisions.record(
                    .noCredentials, of: decided, on: shard.index, claimant: claimant, principal: nil)
                isDepartureRecorded = true
            }
            log(.error, "CONNECT Parse Error")
            return close(.protocolViolation, telling: nil)
        }
        if let cookies { options.fill(from: cookies) }
        // On an open server a first CONNECT signs nobody out.
        let isFirst = isActive && !answersConnect && facts.noAuthUser == nil
        earlierSubscriptions = isFirst ? Array(subscriptions.values) : []
        if let client {
            context.decisions.record(.signedInAnew, of: decided, on: shard.index, principal: client.principal)
        }
        leaveAccount()
        claimant = nil
        let credentials = options.credentials
        let secrets = options.takeSecrets()
        if !context.settings.supportsHeaders { options.headers = false }
        self.options = options
        answersConnect = true
        begin(credentials, secrets)
    }

    /// A client that begins with anything else than CONNECT presents nothing, and is decided on before that is looked at.
    func signInUnannounced() {
        answersConnect = false
        begin(PresentedCredentials(), PresentedSecrets())
    }

    private func begin(_ credentials: PresentedCredentials, _ secrets: PresentedSecrets) {
        state = .signingIn
        (calloutQuestion, calloutWords) = (nil, "")
        let now = context.monotonicNow
        if roundTrip == 0 { roundTrip = max(now - signInSince, 1) }
        signInSince = now
        // What the client sends meanwhile stays in the socket.
        setReading(false)
        let rules = context.rules
        basis = AdmissionBasis(generation: rules.generation)
        let admission = Admission(credentials, facts: facts, trust: rules.trust)
        let moment = context.environment.moment()
        verify(secrets) { [admission] in
            var machine = admission
            return (machine.start(at: moment), machine)
        }
    }

    /// Runs a part of the machine that verifies signatures or passwords on the thread pool, and goes on with what it said.
    /// What comes to its turn too late is not worth the time any more.
    func verify(
        _ secrets: PresentedSecrets, _ work: @escaping @Sendable () -> (Admission.Step, Admission)
    ) {
        let (context, deadline) = (context, signInSince.addingSaturating(signInPatience))
        let future = context.signatures.runIfActive(eventLoop: shard.eventLoop) {
            context.monotonicNow > deadline ? nil : work()
        }
        future.assumeIsolated().whenComplete { [self] result in
            guard case .signingIn = state else { return }
            switch result {
            case .success((let step, let machine)?): advance(step, machine, secrets)
            case .success(nil), .failure: refuse(.authenticationTimeout)
            }
        }
    }

    private func advance(_ step: Admission.Step, _ machine: Admission, _ secrets: PresentedSecrets) {
        claimant = machine.claimant
        switch step {
        case .refused(let refusal):
            calloutWords = machine.calloutWords
            refuse(refusal)
        case .needs(.callout(let question)):
            ask(question, machine, secrets)
        case .needs(.password(let check)):
            let moment = context.environment.moment()
            verify(secrets) {
                var machine = machine
                return (machine.resume(passwordIsRight: secrets.pass(check), at: moment), machine)
            }
        case .needs(.account(let key)):
            shard.readMail()
            let account = shard.account(.key(key))
            if let account, !isOutdated(account) { return resume(machine, with: account, secrets) }
            guard context.resolver.canFetch, !shard.isStopping else {
                return resume(machine, with: account, secrets)
            }
            wantedAccount = (key, machine, secrets)
            let (id, index) = (id, shard.index)
            shard.control.execute { $0.fetch(key, for: id, on: index) }
        case .admitted(let principal):
            register(principal)
        }
    }

    /// Whether there may be newer claims where these came from.
    private func isOutdated(_ account: Account) -> Bool {
        account.claims.expires != 0 && account.claims.expires < context.environment.moment().seconds
    }

    /// The account is held now, or is not to be had.
    func accountWasFetched() {
        guard case .signingIn = state, let (key, machine, secrets) = wantedAccount else { return }
        wantedAccount = nil
        resume(machine, with: shard.account(.key(key)), secrets)
    }

    private func resume(_ machine: Admission, with account: Account?, _ secrets: PresentedSecrets) {
        let resolved = account?.state.resolved
        basis.version = resolved?.version
        basis.settings = resolved?.settingsVersion
        let moment = context.environment.moment()
        verify(secrets) {
            var machine = machine
            return (machine.resume(account: resolved, at: moment), machine)
        }
    }

    /// Asks the control plane for a place in the account.
    private func register(_ principal: Principal) {
        guard !shard.isStopping else { return refuse(.unknownAccount) }
        let (id, shard, facts, basis) = (id, shard.index, facts, basis)
        self.shard.control.execute { $0.admit(id, from: shard, principal, under: basis, facts: facts) }
    }

    /// The control plane has answered.
    func enter(_ answer: AdmissionAnswer) {
        switch answer {
        case .refused(let refusal):
            if case .signingIn = state { refuse(refusal) }
        case .admitted(let principal, let account):
            guard case .signingIn = state else { return shard.release(id, of: account) }
            enter(principal, in: shard.accounts[account])
        }
    }

    private func enter(_ principal: Principal, in account: Account) {
        self.account = account
        account.sessions[id] = self
        trafficBefore = traffic
        take(principal)
        state = .active
        // Until its own first PING is answered a client may take anything else that comes for the answer.
        lastPing = context.monotonicNow
        (calloutQuestion, calloutWords) = (nil, "")
        let context = context
        context.decisions.record(
            nil, of: decided, on: shard.index, claimant: principal.claimant, principal: principal)
        log(.debug, "signed in")
        shard.tellOfConnect(self, in: account)
        // Only whoever may come in is told what is wrong with how it wants to talk.
        if answersConnect, let fault = options.fault { return close(for: fault) }
        if maximumSubscriptions == 0 { return closeForSubscriptions() }
        restoreSubscriptions()
        if answersConnect { sendOKIfVerbose() }
        proceed()
    }

    private func close(for fault: String) {
        log(.error, fault)
        close(
            fault == ErrorLine.invalidClientProtocol ? .badClientProtocolVersion : .noRespondersRequiresHeaders,
            telling: fault)
    }

    private func closeForSubscriptions() {
        log(.error, ErrorLine.maximumSubscriptionsExceeded)
        close(.maximumSubscriptionsExceeded, telling: ErrorLine.maximumSubscriptionsExceeded)
    }

    /// Goes on as this principal.
    private func take(_ principal: Principal) {
        let client = Client(
            serial: context.nextClient(), connection: id, principal: principal, options: options,
            connectedAt: startedAt, remoteAddress: remoteAddress, type: listener.type)
        self.client = client
        responseTerms = client.responseTerms
        parser.maximumPayload = maximumPayload
        parser.maximumControlLine = context.rules.settings.maximumControlLine
        parser.acceptsHeaders = options.headers
    }

    /// The least of what user, account and server allow.
    var maximumPayload: Int {
        min(client?.principal.maximumPayload ?? .max, context.rules.settings.maximumPayload)
    }

    /// Takes the session out of its account, with everything it holds there.
    func leaveAccount() {
        wantedAccount = nil
        forgetCallout()
        removeAllSubscriptions()
        if let account {
            account.sessions[id] = nil
            account.tally.departed = account.tally.departed + (traffic - trafficBefore)
            shard.release(id, of: account.number)
            shard.tellOfConnections(of: account)
        }
        account = nil
        client = nil
        responseTerms = nil
        credits = ReplyCredits()
    }

    /// Asks whether the session may stay now that its account's claims have changed (rule S13: only those are cut whose
    /// own credential, key or limit it ended), and puts the new program in place.
    func review() {
        guard isActive, let client, let account else { return }
        guard !account.state.wasDeleted else { return refuse(.accountDeleted) }
        let review = context.review(client.principal, of: account.state.resolved, facts)
        switch review {
        case .admitted(let changed) where changed.account != account.identity:
            refuse(.accountChanged, silently: true)
        case .admitted(let changed):
            take(changed)
            applyProgram()
            if subscriptions.count > maximumSubscriptions { closeForSubscriptions() }
        case .refused(.untrustedIssuer):
            // The key that signed the user is gone.
            refuse(.permissionsWithdrawn)
        case .refused(let refusal):
            // Whom the configuration does not know any more is cut without a word, as by nats-server.
            refuse(refusal, silently: refusal == .unknownUser || refusal == .unknownKey)
        case .needs:
            refuse(.unknownAccount)
        }
    }
}
