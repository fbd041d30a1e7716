import Claims
public import NKeys

/// Decides who comes in: a pure machine that turns credentials, the server's trust, facts about the connection and the
/// time into a verdict. Every listener and every kind of credential goes through it, and so does the question whether
/// somebody who is in may stay when an account's claims change.
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
/// The checks come in the order of `nats-server`: token, proxy, times, account, operator, issuer, scope, account expiry,
/// bearer, connection types, signature, revocation, source, hours. All restrictions are read from the *effective* user,
/// after the scope's template was applied.
public struct Admission: Sendable {
    /// What the machine says next.
    public enum Step: Sendable {
        case admitted(Principal)
        case refused(Refusal)
        case needs(Need)
    }

    /// What the machine cannot go on without.
    public enum Need: Sendable, Hashable {
        /// The claims of an account, by its key.
        case account(PublicKey)
    }

    private enum State: Sendable {
        case fresh
        case waitingForAccount(PublicKey, Candidate)
        case decided
    }

    /// Whose credential was presented, once its own signature has been verified; known for the refused too.
    public private(set) var claimant: Claimant?

    private let credentials: PresentedCredentials
    private let facts: ConnectionFacts
    private let trust: Trust
    private var state = State.fresh

    public init(_ credentials: PresentedCredentials, facts: ConnectionFacts, trust: Trust) {
        self.credentials = credentials
        self.facts = facts
        self.trust = trust
    }

    /// Begins. Verifies the user JWT, so this takes the time of an Ed25519 verification.
    public mutating func start(at moment: Moment) -> Step {
        guard case .fresh = state else { return refuse(.noCredentials) }
        if credentials.designatesAccount { return refuse(.accountDesignated) }
        guard let token = credentials.token, !token.isEmpty else {
            return refuse(credentials.hasPassword ? .unsupportedCredentials : .noCredentials)
        }
        guard let decoded = try? Token.decode(token), case .user(let claims) = decoded.claims,
            let candidate = Candidate(claims, version: decoded.version)
        else { return refuse(.undecodableUserToken) }
        claimant = candidate.claimant

        if let refusal = candidate.refusalBeforeAccount(trust, at: moment) { return refuse(refusal) }
        state = .waitingForAccount(candidate.account, candidate)
        return .needs(.account(candidate.account))
    }

    /// Goes on with the account that was asked for, or nil where there is none. Verifies the signature of the nonce.
    public mutating func resume(account: ResolvedAccount?, at moment: Moment) -> Step {
        guard case .waitingForAccount(let key, let candidate) = state else { return refuse(.noCredentials) }
        guard let account, account.key == key else { return refuse(.unknownAccount) }
        switch EffectiveUser.resolve(candidate, account: account, trust: trust, at: moment) {
        case .failure(let refusal):
            return refuse(refusal)
        case .success(let user):
            if let refusal = user.refusalByAccount() ?? user.refusalByType(facts) { return refuse(refusal) }
            if !user.limits.bearerToken, !hasSignedNonce(candidate) { return refuse(.invalidSignature) }
            return finish(user, at: moment)
        }
    }

    /// Asks whether somebody who was let in may stay under claims that have changed since: everything is checked anew but
    /// the signatures of token and nonce, which cannot change.
    ///
    /// - Returns: ``Step/admitted(_:)`` with the principal to go on as, or ``Step/refused(_:)``.
    public static func review(
        _ principal: Principal, account: ResolvedAccount, facts: ConnectionFacts, trust: Trust, at moment: Moment
    ) -> Step {
        let credentials = PresentedCredentials(token: nil, signature: nil)
        var admission = Admission(credentials, facts: facts, trust: trust)
        let candidate = principal.candidate
        if let refusal = candidate.refusalBeforeAccount(trust, at: moment) { return .refused(refusal) }
        switch EffectiveUser.resolve(candidate, account: account, trust: trust, at: moment) {
        case .failure(let refusal): return .refused(refusal)
        case .success(let user):
            if let refusal = user.refusalByAccount() ?? user.refusalByType(facts) { return .refused(refusal) }
            return admission.finish(user, at: moment)
        }
    }

    private mutating func finish(_ user: EffectiveUser, at moment: Moment) -> Step {
        if let refusal = user.refusalByRevocation() ?? user.refusalBySource(facts) { return refuse(refusal) }
        switch user.end(of: moment) {
        case .failure(let refusal): return refuse(refusal)
        case .success(let endsAt):
            state = .decided
            return .admitted(user.principal(endsAt: endsAt))
        }
    }

    private mutating func refuse(_ refusal: Refusal) -> Step {
        state = .decided
        return .refused(refusal)
    }

    private func hasSignedNonce(_ candidate: Candidate) -> Bool {
        guard let text = credentials.signature, let signature = SignatureText.decode(text) else { return false }
        return candidate.user.isValidSignature(signature, of: facts.nonce)
    }
}

/// A user JWT whose own signature has been verified, with its keys read.
struct Candidate: Sendable {
    let claims: UserClaims
    let version: TokenVersion
    let user: PublicKey
    let issuer: PublicKey
    let account: PublicKey

    /// Nil where a key in the claims is not what it has to be.
    init?(_ claims: UserClaims, version: TokenVersion) {
        guard let user = try? PublicKey(claims.subject), user.kind == .user,
            let issuer = try? PublicKey(claims.issuer), issuer.kind == .account,
            let account = try? PublicKey(claims.account), account.kind == .account
        else { return nil }
        self.claims = claims
        self.version = version
        self.user = user
        self.issuer = issuer
        self.account = account
    }

    var claimant: Claimant {
        Claimant(
            account: account, user: user, name: claims.name.isEmpty ? user.text : claims.name, token: version,
            tokenID: claims.common.id, issuer: issuer)
    }

    /// The checks that need no account.
    func refusalBeforeAccount(_ trust: Trust, at moment: Moment) -> Refusal? {
        if claims.limits.proxyRequired { return .proxyRequired }
        if claims.expires > 0, moment.seconds > claims.expires { return .userExpired }
        if claims.notBefore > 0, claims.notBefore > moment.seconds { return .userNotYetValid }
        if claims.validate(at: moment.seconds).isBlocking(includingTimeChecks: false) { return .invalidUserClaims }
        if let pinned = trust.pinnedAccounts, !pinned.contains(account) { return .accountNotPinned }
        return nil
    }
}

/// The text form of a nonce's signature.
enum SignatureText {
    /// Reads base64url without padding, and standard base64 with or without it.
    static func decode(_ text: String) -> [UInt8]? {
        guard text.utf8.count <= 128 else { return nil }
        var bits: UInt32 = 0
        var count = 0
        var result: [UInt8] = []
        var symbols = Array(text.utf8)
        while symbols.last == UInt8(ascii: "=") { symbols.removeLast() }
        for symbol in symbols {
            guard let value = value(symbol) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        // One text per signature: bits that no byte needs are zero.
        return result.count == 64 && bits & ((1 << UInt32(count)) - 1) == 0 ? result : nil
    }

    private static func value(_ symbol: UInt8) -> UInt8? {
        switch symbol {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): symbol - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): symbol - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): symbol - UInt8(ascii: "0") + 52
        case UInt8(ascii: "-"), UInt8(ascii: "+"): 62
        case UInt8(ascii: "_"), UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
