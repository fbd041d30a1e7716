import Claims
import NKeys

/// A user as the account makes it: its own limits, or those of the scope that its signing key has, filled in for it.
struct EffectiveUser: Sendable {
    let candidate: Candidate
    let account: ResolvedAccount
    let limits: UserPermissionLimits
    let role: String?
    let source: RuleSource
    let usesDefaultPermissions: Bool

    /// Follows the chain of trust and applies the scope.
    static func resolve(
        _ candidate: Candidate, account: ResolvedAccount, trust: Trust, at moment: Moment
    ) -> Result<EffectiveUser, Refusal> {
        guard trust.signed(account.claims) else { return .failure(.untrustedAccount) }
        guard account.fault == nil else { return .failure(.invalidAccountClaims) }
        var scope: UserScope?
        if candidate.issuer == account.key {
            // An operator that wants signing keys used strictly wants it of accounts too.
            guard !trust.requiresSigningKeys(account.claims) else { return .failure(.untrustedIssuer) }
        } else {
            guard let key = account.claims.signingKey(candidate.claims.issuer) else {
                return .failure(.untrustedIssuer)
            }
            scope = key.scope
        }
        switch effective(candidate, scope, account) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let user):
            if account.claims.expires > 0, moment.seconds > account.claims.expires { return .failure(.accountExpired) }
            return .success(user)
        }
    }

    private static func effective(
        _ candidate: Candidate, _ scope: UserScope?, _ account: ResolvedAccount
    ) -> Result<EffectiveUser, Refusal> {
        let claims = candidate.claims
        if let scope {
            guard claims.limits.isEmpty else { return .failure(.scopedUserWithPermissions) }
            var limits = scope.template
            let values = PermissionTemplate.Values(user: claims, account: account.claims)
            guard let permissions = try? PermissionTemplate.expand(limits.permissions, with: values) else {
                return .failure(.invalidTemplate)
            }
            let isFilledIn = permissions != limits.permissions
            limits.permissions = permissions
            let source = RuleSource.scope(
                account: account.version, key: scope.key, role: scope.role, isFilledIn: isFilledIn)
            return .success(
                EffectiveUser(
                    candidate: candidate, account: account, limits: limits, role: scope.role, source: source,
                    usesDefaultPermissions: false))
        }
        var limits = claims.limits
        let own = limits.permissions
        let usesDefaults = own.publish.isEmpty && own.subscribe.isEmpty && own.response == nil
        if usesDefaults { limits.permissions = account.claims.defaultPermissions }
        return .success(
            EffectiveUser(
                candidate: candidate, account: account, limits: limits, role: nil,
                source: usesDefaults ? .accountDefaults(account.version) : .user(candidate.version),
                usesDefaultPermissions: usesDefaults))
    }

    // MARK: Restrictions, all read from the effective limits

    func refusalByAccount() -> Refusal? {
        if limits.proxyRequired { return .proxyRequired }
        if limits.bearerToken, account.claims.limits.disallowBearer { return .bearerNotAllowed }
        return nil
    }

    /// Unknown types in the list are ignored, unless none is known.
    func refusalByType(_ facts: ConnectionFacts) -> Refusal? {
        guard !limits.allowedConnectionTypes.isEmpty else { return nil }
        let allowed = limits.allowedConnectionTypes.contains { $0.uppercased() == facts.type.rawValue }
        return allowed ? nil : .connectionTypeNotAllowed
    }

    func refusalByRevocation() -> Refusal? {
        let revocations = account.claims.revocations
        return revocations.isRevoked(candidate.user.text, issuedAt: candidate.claims.issuedAt) ? .revoked : nil
    }

    func refusalBySource(_ facts: ConnectionFacts) -> Refusal? {
        guard !limits.sources.isEmpty else { return nil }
        guard let address = facts.address else { return .sourceNotAllowed }
        for source in limits.sources {
            // A range that cannot be read admits nobody.
            guard let range = NetworkRange(source) else { return .sourceNotAllowed }
            if range.contains(address) { return nil }
        }
        return .sourceNotAllowed
    }

    /// When the connection ends: at the token's expiry or with the last time window that is open now.
    func end(of moment: Moment) -> Result<Int64?, Refusal> {
        let expiry = candidate.claims.expires > 0 ? candidate.claims.expires : nil
        guard !limits.times.isEmpty else { return .success(expiry) }
        guard let now = moment.secondsOfDay(limits.timeZone) else { return .failure(.outsideHours) }
        let remaining = limits.times.compactMap { TimeWindow($0)?.remaining(at: now) }.max()
        guard let remaining else { return .failure(.outsideHours) }
        let windowEnd = moment.seconds + Int64(remaining)
        return .success(min(expiry ?? windowEnd, windowEnd))
    }

    func principal(endsAt: Int64?) -> Principal {
        let accountLimits = account.claims.limits
        return Principal(
            candidate: candidate, role: role, endsAt: endsAt, isBearer: limits.bearerToken,
            usesDefaultPermissions: usesDefaultPermissions,
            maximumSubscriptions: Self.least(limits.subscriptions, accountLimits.subscriptions),
            maximumPayload: Self.least(limits.payload, accountLimits.payload),
            program: PermissionProgram(limits.permissions, source: source))
    }

    /// The lesser of two limits. Exactly -1 is no limit; other negative numbers allow nothing; what is over 32 bits is
    /// as good as 32 bits.
    private static func least(_ one: Int64, _ other: Int64) -> Int? {
        let limits = [one, other].filter { $0 != AccountLimits.unlimitedValue }
        return limits.map { Int(min(max($0, 0), Int64(Int32.max))) }.min()
    }
}

/// A daily time window, `HH:MM:SS` to `HH:MM:SS`, both ends excluded. A start after the end crosses midnight.
struct TimeWindow: Sendable, Hashable {
    private static let day = 86_400
    let start: Int
    let end: Int

    /// Nil where one of the two is no time of day.
    init?(_ range: TimeRange) {
        guard let start = Self.seconds(range.start), let end = Self.seconds(range.end) else { return nil }
        self.start = start
        self.end = end
    }

    /// How many seconds the window stays open, or nil where it is closed.
    func remaining(at now: Int) -> Int? {
        if start <= end { return now > start && now < end ? end - now : nil }
        if now > start { return end + Self.day - now }
        return now < end ? end - now : nil
    }

    private static func seconds(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let hour = Int(parts[0]), let minute = Int(parts[1]), let second = Int(parts[2]),
            (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second)
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }
}
