public import Claims
public import NKeys

/// What an authentication callout is asked, and where. Whoever holds the socket makes up a user key for the connection,
/// adds what the client presented, signs, seals if there is a curve key, and publishes.
public struct CalloutQuestion: Sendable, Hashable {
    /// The subject on which callouts are asked.
    public static let requestSubject = "$SYS.REQ.USER.AUTH"
    /// The audience of requests.
    public static let audience = "nats-authorization-request"
    /// What stands for a name that is a credential by itself.
    static let redacted = "[REDACTED]"

    /// The account that answers.
    public let account: AccountIdentity
    /// The key that the request is about: the account's in operator mode, else the configured issuer's.
    public let subject: String
    /// The curve key that the request is sealed to; empty where it goes in the clear.
    public let xkey: String
    /// Whether the client signed the nonce: only then the request names it.
    public let hasSignature: Bool
    /// Who the client says it is.
    public let user: String
    /// The name of the user that was found; empty where there is none.
    public let userName: String

    /// The request's claims, to be signed by the server.
    ///
    /// - Parameters:
    ///   - userKey: the public key that was made up for this connection.
    ///   - options: what the client presented, passwords and tokens included: the answerer has to judge them.
    ///   - client: its connection; user, name tag and nonce are filled in here.
    ///   - nonce: what the client was asked to sign.
    ///   - timeout: seconds until the answer would come too late.
    public func request(
        userKey: PublicKey, server: ServerIdentity, client: ClientInformation, options: ConnectOptions,
        tls: ClientTLS? = nil, nonce: [UInt8], at moment: Moment, timeout: Int64
    ) -> AuthorizationRequestClaims {
        var claims = AuthorizationRequestClaims(subject: subject)
        claims.common.audience = Self.audience
        claims.common.expires = moment.seconds + max(1, timeout)
        claims.server = server
        claims.userKey = userKey.text
        claims.client = client
        claims.client.user = user
        claims.client.nameTag = userName
        if hasSignature {
            claims.client.nonce = String(decoding: nonce, as: UTF8.self)
            claims.requestNonce = claims.client.nonce
        }
        claims.connectOptions = options
        claims.tls = tls
        return claims
    }
}

/// What came back from an authentication callout.
public struct CalloutAnswer: Sendable {
    /// Of what a service says when it refuses, no more characters are kept.
    static let mostWords = 512

    /// The response's JWT, unsealed if it was sealed; nil or empty where nothing came in time.
    public var token: String?
    /// Whether it came sealed to this server.
    public var wasSealed: Bool
    /// The public key that was made up for the connection.
    public var userKey: PublicKey
    /// The server's own key.
    public var server: PublicKey

    public init(token: String?, wasSealed: Bool, userKey: PublicKey, server: PublicKey) {
        self.token = token
        self.wasSealed = wasSealed
        self.userKey = userKey
        self.server = server
    }
}

/// What the machine keeps while it waits for a callout's answer.
struct CalloutState: Sendable {
    let question: CalloutQuestion
    /// The account that answers, in operator mode.
    let account: ResolvedAccount?
    /// Whether a proxy is missing that the user as presented needs: no answer makes up for it.
    let requiresProxy: Bool
}

// MARK: The answer

extension Admission {
    /// Checks an answer: who signed it, for whom, about which connection, and what it says.
    mutating func take(_ answer: CalloutAnswer, _ callout: CalloutState, at moment: Moment) -> Step {
        guard let token = answer.token, !token.isEmpty else { return refuse(.calloutWithoutAnswer) }
        guard let response = try? AuthorizationResponseClaims.decode(token) else {
            return refuse(.calloutInvalidAnswer)
        }
        guard response.subject == answer.userKey.text else { return refuse(.calloutWrongUser) }
        guard response.common.audience == answer.server.text else { return refuse(.calloutWrongAudience) }
        // Only the server could read what was sealed to it; in the clear the signature has to say who answers.
        guard answer.wasSealed || isSigned(response, callout) else { return refuse(.calloutUntrustedIssuer) }
        if response.expires != 0, moment.seconds > response.expires { return refuse(.calloutExpired) }
        guard !response.validate(at: moment.seconds).isBlocking(includingTimeChecks: true) else {
            return refuse(.calloutInvalidAnswer)
        }
        guard response.error.isEmpty else {
            calloutWords = String(response.error.prefix(CalloutAnswer.mostWords))
            return refuse(.calloutDenied)
        }
        return take(user: response.jwt, answer, callout, at: moment)
    }

    private func isSigned(_ response: AuthorizationResponseClaims, _ callout: CalloutState) -> Bool {
        guard let account = callout.account else {
            return response.issuer == trust.local.callout?.issuer.text
        }
        if response.issuer == account.key.text { return true }
        return response.issuerAccount == account.key.text && account.claims.signingKey(response.issuer) != nil
    }

    private mutating func take(
        user token: String, _ answer: CalloutAnswer, _ callout: CalloutState, at moment: Moment
    ) -> Step {
        guard let decoded = try? Token.decode(token), case .user(let claims) = decoded.claims,
            let candidate = Candidate(claims, version: decoded.version, kind: .callout)
        else { return refuse(.calloutInvalidAnswer) }
        guard candidate.credential.user == answer.userKey else { return refuse(.calloutWrongUser) }
        if let refusal = candidate.credential.refusalByTime(at: moment) { return refuse(refusal) }
        guard !claims.validate(at: moment.seconds).isBlocking(includingTimeChecks: false) else {
            return refuse(.calloutInvalidAnswer)
        }
        if callout.requiresProxy || claims.limits.proxyRequired, proxy == nil { return refuse(.proxyRequired) }
        guard let account = callout.account else { return placeLocally(claims, candidate, at: moment) }

        claimant = candidate.claimant
        if candidate.account == account.key { return place(candidate, in: account, callout, at: moment) }
        let allowed = account.claims.authorization.allowedAccounts
        guard allowed == ["*"] || allowed.contains(candidate.account.text) else { return refuse(.calloutPlacement) }
        guard trust.admits(candidate.account) else { return refuse(.accountNotPinned) }
        state = .waitingForCalloutAccount(callout, candidate)
        return .needs(.account(candidate.account))
    }

    /// Puts a user of an answer into its account, in operator mode: under the same rules as one that came by itself, but
    /// for the signature of the nonce, which the answerer has judged.
    mutating func place(
        _ candidate: Candidate, in account: ResolvedAccount, _ callout: CalloutState, at moment: Moment
    ) -> Step {
        if let refusal = EffectiveUser.refusal(of: account, trust: trust) { return refuse(refusal) }
        return finishCallout(EffectiveUser.resolve(candidate, account: account, trust: trust, at: moment), at: moment)
    }

    /// Puts a user of an answer into an account of the configuration, which the JWT names as its audience.
    private mutating func placeLocally(_ claims: UserClaims, _ candidate: Candidate, at moment: Moment) -> Step {
        guard let callout = trust.local.callout, candidate.issuer == callout.issuer, claims.issuerAccount.isEmpty else {
            return refuse(.calloutUntrustedIssuer)
        }
        let name = claims.common.audience
        guard name == AccountIdentity.global.text || trust.local.accounts.contains(name) else {
            return refuse(.calloutPlacement)
        }
        let identity = AccountIdentity.name(name)
        claimant = candidate.credential.claimant(account: identity, issuer: candidate.issuer)
        let program: PermissionProgram
        do throws(ProgramFault) { program = try PermissionProgram(claims.limits.permissions) } catch {
            return refuse(error.refusal)
        }
        let grant = Grant(
            account: identity, issuer: candidate.issuer, role: nil,
            source: candidate.credential.version.map(RuleSource.user) ?? .server, program: program,
            limits: claims.limits, accountLimits: trust.local.accountLimits[name])
        let permissions = EffectivePermissions(
            program: program, values: .none, standing: EffectiveUser.standing(in: name, trust))
        let user = EffectiveUser(
            credential: candidate.credential, grant: grant, permissions: permissions, account: nil)
        return finishCallout(.success(user), at: moment)
    }

    private mutating func finishCallout(_ resolved: Result<EffectiveUser, Refusal>, at moment: Moment) -> Step {
        let verdict = resolved.flatMap { user in
            if let refusal = user.refusalByProxy(proxy) ?? user.refusalByBearer() ?? user.refusalByType(facts) {
                return Result<Principal, Refusal>.failure(refusal)
            }
            return user.principal(facts, proxy: proxy, at: moment)
        }
        switch verdict {
        case .success(let principal): return admit(principal)
        case .failure(let refusal): return refuse(refusal)
        }
    }
}
