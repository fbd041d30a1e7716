import Claims
import NKeys

/// A user as its account makes it: its own limits, or those of the scope that its signing key has, filled in for it.
/// Every way in ends here, so every restriction is read from the same place (rules S2 and S3).
struct EffectiveUser: Sendable {
    let credential: UserCredential
    let grant: Grant
    let permissions: EffectivePermissions
    /// The account's claims, in operator mode.
    let account: ResolvedAccount?

    // MARK: Restrictions, all read from the effective limits

    func refusalByProxy(_ proxy: PublicKey?) -> Refusal? {
        grant.limits.proxyRequired && proxy == nil ? .proxyRequired : nil
    }

    func refusalByBearer() -> Refusal? {
        grant.isBearer && account?.claims.limits.disallowBearer ?? false ? .bearerNotAllowed : nil
    }

    /// Unknown types in the list are ignored, unless none is known.
    func refusalByType(_ facts: ConnectionFacts) -> Refusal? {
        let types = grant.limits.allowedConnectionTypes
        guard !types.isEmpty else { return nil }
        return types.contains { $0.uppercased() == facts.type.rawValue } ? nil : .connectionTypeNotAllowed
    }

    func refusalByRevocation() -> Refusal? {
        guard let account, let user = credential.user else { return nil }
        return account.claims.revocations.isRevoked(user.text, issuedAt: credential.issuedAt) ? .revoked : nil
    }

    func refusalBySource(_ facts: ConnectionFacts) -> Refusal? {
        guard !grant.limits.sources.isEmpty else { return nil }
        guard let address = facts.address else { return .sourceNotAllowed }
        for source in grant.limits.sources {
            // A range that cannot be read admits nobody.
            guard let range = NetworkRange(source) else { return .sourceNotAllowed }
            if range.contains(address) { return nil }
        }
        return .sourceNotAllowed
    }

    /// When the connection ends: at the credential's expiry or with the last time window that is open now.
    func end(of moment: Moment) -> Result<Int64?, Refusal> {
        let expiry = credential.expires != 0 ? credential.expires : nil
        if let expiry, moment.seconds > expiry { return .failure(.userExpired) }
        let limits = grant.limits
        guard !limits.times.isEmpty else { return .success(expiry) }
        guard let now = moment.secondsOfDay(limits.timeZone) else { return .failure(.outsideHours) }
        let remaining = limits.times.compactMap { TimeWindow($0)?.remaining(at: now) }.max()
        guard let remaining else { return .failure(.outsideHours) }
        let windowEnd = moment.seconds + Int64(remaining)
        return .success(min(expiry ?? windowEnd, windowEnd))
    }

    /// The last checks, the same for every way in: revocation, source, hours.
    func principal(_ facts: ConnectionFacts, proxy: PublicKey?, at moment: Moment) -> Result<Principal, Refusal> {
        if let refusal = refusalByRevocation() ?? refusalBySource(facts) { return .failure(refusal) }
        return end(of: moment).map {
            Principal(grant: grant, credential: credential, permissions: permissions, endsAt: $0, proxy: proxy)
        }
    }
}

// MARK: Operator mode

extension EffectiveUser {
    /// What account JWTs have to be whoever the user is.
    static func refusal(of account: ResolvedAccount, trust: Trust) -> Refusal? {
        guard trust.signed(account.claims) else { return .untrustedAccount }
        return account.fault == nil ? nil : .invalidAccountClaims
    }

    /// Follows the chain of trust from an account that is trusted, and applies the scope.
    static func resolve(
        _ candidate: Candidate, account: ResolvedAccount, trust: Trust, at moment: Moment
    ) -> Result<EffectiveUser, Refusal> {
        var scope: UserScope?
        if candidate.issuer == account.key {
            // An operator that wants signing keys used strictly wants it of accounts too.
            guard !trust.requiresSigningKeys(account.claims) else { return .failure(.untrustedIssuer) }
        } else {
            guard let key = account.claims.signingKey(candidate.issuer.text) else { return .failure(.untrustedIssuer) }
            scope = key.scope
        }
        let standing = standing(in: account, trust)
        let user =
            scope.map { scoped(candidate.credential, $0, account, standing) }
            ?? unscoped(candidate, account, standing)
        guard case .success = user else { return user }
        if account.claims.expires != 0, moment.seconds > account.claims.expires { return .failure(.accountExpired) }
        return user
    }

    private static func standing(
        in account: ResolvedAccount, _ trust: Trust
    ) -> EffectivePermissions.Standing {
        var standing: EffectivePermissions.Standing = []
        if trust.systemAccount == .key(account.key) { standing.insert(.systemAccount) }
        if account.claims.authorization.isEnabled { standing.insert(.calloutAccount) }
        return standing
    }

    /// A user of a role: everything comes from the template, or from the account where that says nothing.
    private static func scoped(
        _ credential: UserCredential, _ scope: UserScope, _ account: ResolvedAccount,
        _ standing: EffectivePermissions.Standing
    ) -> Result<EffectiveUser, Refusal> {
        guard credential.own == nil else { return .failure(.scopedUserWithPermissions) }
        switch account.grant(scope) {
        case .failure(let fault): return .failure(fault.refusal)
        case .success(let grant):
            guard let values = try? grant.program.fill(credential.values) else { return .failure(.invalidTemplate) }
            let permissions = EffectivePermissions(program: grant.program, values: values, standing: standing)
            return .success(
                EffectiveUser(credential: credential, grant: grant, permissions: permissions, account: account))
        }
    }

    /// A user with permissions of its own, or else under the account's defaults.
    private static func unscoped(
        _ candidate: Candidate, _ account: ResolvedAccount, _ standing: EffectivePermissions.Standing
    ) -> Result<EffectiveUser, Refusal> {
        let limits = candidate.credential.own?.limits ?? .scoped
        let own = limits.permissions
        let compiled: Result<PermissionProgram, ProgramFault>
        let source: RuleSource
        if own.isEmpty {
            compiled = account.defaultProgram()
            source = .accountDefaults(account.version)
        } else {
            do throws(ProgramFault) { compiled = .success(try PermissionProgram(own)) } catch {
                compiled = .failure(error)
            }
            source = candidate.credential.version.map(RuleSource.user) ?? .server
        }
        switch compiled {
        case .failure(let fault): return .failure(fault.refusal)
        case .success(let program):
            let grant = Grant(
                account: .key(account.key), issuer: candidate.issuer, role: nil, source: source, program: program,
                limits: limits, accountLimits: account.claims.limits)
            let permissions = EffectivePermissions(program: program, values: .none, standing: standing)
            return .success(
                EffectiveUser(
                    credential: candidate.credential, grant: grant, permissions: permissions, account: account))
        }
    }
}

// MARK: The server's own users

extension EffectiveUser {
    /// A user of the configuration.
    init(local user: LocalUser, kind: CredentialKind, trust: Trust) {
        self.init(
            credential: UserCredential(local: user, kind: kind), grant: user.grant,
            permissions: EffectivePermissions(
                program: user.program, values: .none, standing: Self.standing(in: user.account, trust)),
            account: nil)
    }

    static func standing(in account: String, _ trust: Trust) -> EffectivePermissions.Standing {
        var standing: EffectivePermissions.Standing = []
        if trust.systemAccount == .name(account) { standing.insert(.systemAccount) }
        if trust.local.callout?.account == account { standing.insert(.calloutAccount) }
        return standing
    }
}

extension ProgramFault {
    /// Why nobody is let in under such permissions.
    public var refusal: Refusal {
        switch self {
        case .unknownTemplate, .invalidDeny, .undefined, .tooManyExpansions: .invalidTemplate
        case .tooManyTemplates, .tooManyFunctions, .tooManyTokens, .tokenTooLong, .tooManySteps, .crowded:
            .permissionsTooComplex
        }
    }
}
