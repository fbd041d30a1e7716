import Claims
import NKeys

// Users with JWTs that operators vouch for.

extension Admission {
    mutating func startWithToken(at moment: Moment) -> Step {
        let presented = credentials.token.flatMap { $0.isEmpty ? nil : Self.decode($0, .token) }
        guard case .some(.success(let candidate, let claims)) = presented else {
            if let sentinel = trust.defaultSentinel { return startWithSentinel(sentinel, at: moment) }
            guard presented == nil else { return refuse(.undecodableUserToken) }
            let hasOther = credentials.hasPassword || credentials.hasSharedToken || credentials.claimedName != nil
            return refuse(hasOther ? .unsupportedCredentials : .noCredentials)
        }
        return ask(candidate, claims, isSentinel: false, at: moment)
    }

    /// A client without a JWT, or with something that is none, comes in as the sentinel: for a callout to say who it is.
    private mutating func startWithSentinel(_ token: String, at moment: Moment) -> Step {
        guard case .success(let candidate, let claims) = Self.decode(token, .sentinel) else {
            return refuse(.undecodableUserToken)
        }
        return ask(candidate, claims, isSentinel: true, at: moment)
    }

    /// What a text turned out to be.
    private enum Decoded {
        case success(Candidate, UserClaims)
        case failure
    }

    private static func decode(_ token: String, _ kind: CredentialKind) -> Decoded {
        guard let decoded = try? Token.decode(token), case .user(let claims) = decoded.claims,
            let candidate = Candidate(claims, version: decoded.version, kind: kind)
        else { return .failure }
        return .success(candidate, claims)
    }

    /// The checks that need no account, and the question for it.
    private mutating func ask(
        _ candidate: Candidate, _ claims: UserClaims, isSentinel: Bool, at moment: Moment
    ) -> Step {
        claimant = candidate.claimant
        if claims.limits.proxyRequired, proxy == nil { return refuse(.proxyRequired) }
        if let refusal = candidate.credential.refusalByTime(at: moment) { return refuse(refusal) }
        if claims.validate(at: moment.seconds).isBlocking(includingTimeChecks: false) {
            return refuse(.invalidUserClaims)
        }
        guard trust.admits(candidate.account) else { return refuse(.accountNotPinned) }
        state = .waitingForAccount(candidate, isSentinel: isSentinel)
        return .needs(.account(candidate.account))
    }

    mutating func continueWithToken(
        _ candidate: Candidate, isSentinel: Bool, _ account: ResolvedAccount, at moment: Moment
    ) -> Step {
        // Whoever the user is: nobody is asked about accounts that are not trusted, or have expired.
        if let refusal = EffectiveUser.refusal(of: account, trust: trust) { return refuse(refusal) }
        let resolved = EffectiveUser.resolve(candidate, account: account, trust: trust, at: moment)
        if case .failure(.accountExpired) = resolved { return refuse(.accountExpired) }
        let outcome = resolved.flatMap { user in
            check(user, isSentinel: isSentinel, at: moment)
        }
        return afterToken(outcome, candidate, account, at: moment)
    }

    /// The checks of the effective user, in their order.
    private func check(
        _ user: EffectiveUser, isSentinel: Bool, at moment: Moment
    ) -> Result<Principal, Refusal> {
        if let refusal = user.refusalByProxy(proxy) ?? user.refusalByBearer() ?? user.refusalByType(facts) {
            return .failure(refusal)
        }
        if !user.grant.isBearer {
            if isSentinel { return .failure(.sentinelNotBearer) }
            guard let key = user.credential.user,
                SignatureText.isValid(credentials.signature, by: key, of: facts.nonce)
            else { return .failure(.invalidSignature) }
        }
        return user.principal(facts, proxy: proxy, at: moment)
    }

    /// Lets the verdict stand, or asks the account's callout, which may overrule it either way. The users that answer
    /// callouts are never asked about.
    private mutating func afterToken(
        _ outcome: Result<Principal, Refusal>, _ candidate: Candidate, _ account: ResolvedAccount, at moment: Moment
    ) -> Step {
        let authorization = account.claims.authorization
        let isAnswering = authorization.users.contains { $0 == candidate.credential.user?.text }
        guard authorization.isEnabled, !isAnswering else {
            switch outcome {
            case .success(let principal): return admit(principal)
            case .failure(let refusal): return refuse(refusal)
            }
        }
        let requiresProxy = outcome.failure == .proxyRequired
        let question = CalloutQuestion(
            account: .key(account.key), subject: account.key.text, xkey: authorization.xkey,
            hasSignature: !(credentials.signature ?? "").isEmpty,
            user: candidate.credential.user?.text ?? "", userName: candidate.credential.shownName)
        state = .waitingForCallout(CalloutState(question: question, account: account, requiresProxy: requiresProxy))
        return .needs(.callout(question))
    }
}

extension Result {
    var failure: Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
