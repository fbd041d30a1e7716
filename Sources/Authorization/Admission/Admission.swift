public import Claims
public import NKeys

/// Decides who comes in: a pure machine that turns credentials, the server's trust, facts about the connection and the
/// time into a verdict. Every listener and every kind of credential goes through it (rule S3), and so does the question
/// whether somebody who is in may stay when an account's claims change.
///
/// The machine does no I/O. Where it needs something it says so, and whoever holds the socket fetches it and feeds the
/// answer back:
///
///     var admission = Admission(credentials, facts: facts, trust: trust)
///     var step = admission.start(at: now)
///     if case .needs(.account(let key)) = step {
///         step = admission.resume(account: resolver.account(key), at: now)
///     }
///
/// The checks come in the order of `nats-server`. First for all: no account named, proxy's signature. In operator mode:
/// token, proxy, times, account, operator, issuer, scope, account expiry, bearer, connection types, signature,
/// revocation, source, hours. With users of the configuration: key, certificate, name, shared token or single user, then
/// the same checks as far as they apply. Last, where one is configured, the authentication callout, which may overrule
/// either. All restrictions are read from the *effective* user, after the scope's template was applied (rule S2).
///
/// A connection that sends a second CONNECT is decided about anew, by a machine of its own.
public struct Admission: Sendable {
    /// What the machine says next.
    public enum Step: Sendable {
        case admitted(Principal)
        case refused(Refusal)
        case needs(Need)
    }

    /// What the machine cannot go on without.
    public enum Need: Sendable {
        /// The claims of an account, by its key: ``Admission/resume(account:at:)``.
        case account(PublicKey)
        /// Whether what the client presented is a password: ``Admission/resume(passwordIsRight:at:)``.
        case password(PasswordCheck)
        /// The answer of an authentication callout: ``Admission/resume(callout:at:)``.
        case callout(CalloutQuestion)
    }

    enum State: Sendable {
        case fresh
        case waitingForAccount(Candidate, isSentinel: Bool)
        case waitingForPassword(LocalUser, CredentialKind)
        case waitingForCallout(CalloutState)
        case waitingForCalloutAccount(CalloutState, Candidate)
        case decided
    }

    /// Whose credential was presented, once its own signature has been verified; known for the refused too.
    public internal(set) var claimant: Claimant?
    /// The key of the trusted proxy that vouched for the connection.
    public internal(set) var proxy: PublicKey?
    /// What an authentication callout said when it refused, in its own words: for the account that answers, never for
    /// the client. Of a length that may be repeated; empty where it said nothing.
    public internal(set) var calloutWords = ""

    let credentials: PresentedCredentials
    let facts: ConnectionFacts
    let trust: Trust
    var state = State.fresh

    public init(_ credentials: PresentedCredentials, facts: ConnectionFacts, trust: Trust) {
        self.credentials = credentials
        self.facts = facts
        self.trust = trust
    }

    /// Begins. May verify a user JWT and a proxy's signature, so this takes the time of two Ed25519 verifications.
    public mutating func start(at moment: Moment) -> Step {
        guard case .fresh = state else { return refuse(.outOfTurn) }
        if credentials.designatesAccount { return refuse(.accountDesignated) }
        guard proveProxy() else { return refuse(.untrustedProxy) }
        return trust.isOperatorMode ? startWithToken(at: moment) : startWithLocalUser(at: moment)
    }

    /// Goes on with the account that was asked for, or nil where there is none. Verifies the signature of the nonce.
    public mutating func resume(account: ResolvedAccount?, at moment: Moment) -> Step {
        switch state {
        case .waitingForAccount(let candidate, let isSentinel):
            guard let account, account.key == candidate.account else { return refuse(.unknownAccount) }
            return continueWithToken(candidate, isSentinel: isSentinel, account, at: moment)
        case .waitingForCalloutAccount(let callout, let candidate):
            guard let account, account.key == candidate.account else { return refuse(.unknownAccount) }
            return place(candidate, in: account, callout, at: moment)
        default: return refuse(.outOfTurn)
        }
    }

    /// Goes on with the result of a ``PasswordCheck``.
    public mutating func resume(passwordIsRight: Bool, at moment: Moment) -> Step {
        guard case .waitingForPassword(let user, let kind) = state else { return refuse(.outOfTurn) }
        guard passwordIsRight else { return afterLocal(.failure(.wrongPassword), at: moment) }
        return finishLocal(user, kind, at: moment)
    }

    /// Goes on with the answer of an authentication callout. Verifies the signatures of the answer and the user JWT in it.
    public mutating func resume(callout answer: CalloutAnswer, at moment: Moment) -> Step {
        guard case .waitingForCallout(let callout) = state else { return refuse(.outOfTurn) }
        return take(answer, callout, at: moment)
    }

    /// Asks whether somebody who was let in by a JWT may stay under claims that have changed since: everything is checked
    /// anew but the signatures of token and nonce, and the claims' own form, which cannot change.
    ///
    /// - Returns: ``Step/admitted(_:)`` with the principal to go on as, or ``Step/refused(_:)``.
    public static func review(
        _ principal: Principal, account: ResolvedAccount, facts: ConnectionFacts, trust: Trust, at moment: Moment
    ) -> Step {
        guard let candidate = Candidate(principal), candidate.account == account.key else {
            return .refused(.unknownAccount)
        }
        if principal.kind == .sentinel, trust.defaultSentinel.map(TokenVersion.init(of:)) != principal.version {
            return .refused(.noCredentials)
        }
        if candidate.credential.own?.limits.proxyRequired ?? false, principal.proxy == nil {
            return .refused(.proxyRequired)
        }
        if let refusal = candidate.credential.refusalByTime(at: moment) { return .refused(refusal) }
        guard trust.admits(candidate.account) else { return .refused(.accountNotPinned) }
        if let refusal = EffectiveUser.refusal(of: account, trust: trust) { return .refused(refusal) }
        let proxy = principal.proxy.flatMap { trust.proxies.contains($0) ? $0 : nil }
        if principal.proxy != nil, proxy == nil { return .refused(.untrustedProxy) }
        let reviewed = EffectiveUser.resolve(candidate, account: account, trust: trust, at: moment).flatMap { user in
            if let refusal = user.refusalByProxy(proxy) ?? user.refusalByBearer() ?? user.refusalByType(facts) {
                return Result<Principal, Refusal>.failure(refusal)
            }
            return user.principal(facts, proxy: proxy, at: moment)
        }
        switch reviewed {
        case .success(let principal): return .admitted(principal)
        case .failure(let refusal): return .refused(refusal)
        }
    }

    /// Whether an account has room for one more connection: the last thing before it is bound to it.
    ///
    /// - Parameters:
    ///   - connections: how many the account has now, over all servers, the server's own not counted.
    ///   - leafNodes: how many of them are leaf nodes.
    public static func refusalToBind(
        _ type: ConnectionType, to limits: AccountLimits, connections: Int, leafNodes: Int = 0
    ) -> Refusal? {
        func isFull(_ limit: Int64, _ count: Int) -> Bool {
            limit != AccountLimits.unlimitedValue && Int64(count) >= max(0, limit)
        }
        if type.isLeaf, isFull(limits.leafNodeConnections, leafNodes) { return .accountConnectionLimit }
        return isFull(limits.connections, connections) ? .accountConnectionLimit : nil
    }

    // MARK: For the parts of the machine

    mutating func refuse(_ refusal: Refusal) -> Step {
        state = .decided
        return .refused(refusal)
    }

    mutating func admit(_ principal: Principal) -> Step {
        state = .decided
        return .admitted(principal)
    }

    /// Verifies a proxy's signature, where proxies are trusted at all. False for one by an unknown key.
    private mutating func proveProxy() -> Bool {
        guard let signature = credentials.proxySignature, !signature.isEmpty, !trust.proxies.isEmpty else {
            return true
        }
        proxy = trust.proxies.sorted().first { SignatureText.isValid(signature, by: $0, of: facts.nonce) }
        return proxy != nil
    }
}
