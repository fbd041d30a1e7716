extension ClaimSet {
    /// What is wrong with the claims, in the reference's words and order. Where its order is not fixed, issues are
    /// sorted by the key or subject that they are about. Issues that take more than 4 MiB together end with one that
    /// says so.
    ///
    /// ```swift
    /// let issues = token.claims.validate(at: now)
    /// guard !issues.isBlocking(includingTimeChecks: true) else { … }
    /// ```
    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - isKnownTimeZone: whether an IANA time zone exists. The default knows no list of zones and only refuses
    ///     names that none can have.
    public func validate(
        at now: Int64, isKnownTimeZone: (String) -> Bool = TimeZoneNames.isPlausible
    ) -> [ValidationIssue] {
        any.validate(at: now, isKnownTimeZone: isKnownTimeZone)
    }
}

extension AnyClaims {
    /// What is wrong with the claims; see ``ClaimSet/validate(at:isKnownTimeZone:)``.
    public func validate(
        at now: Int64, isKnownTimeZone: (String) -> Bool = TimeZoneNames.isPlausible
    ) -> [ValidationIssue] {
        var issues = IssueList()
        switch self {
        case .operator(let claims):
            common.validate(at: now, &issues)
            issues.at("nats") { claims.validate(&$0) }
        case .account(let claims):
            common.validate(at: now, &issues)
            issues.at("nats") { claims.validate(&$0) }
        case .user(let claims):
            common.validate(at: now, &issues)
            issues.at("nats") { claims.validate(&$0, isKnownTimeZone) }
        case .activation(let claims):
            common.validate(at: now, &issues)
            issues.at("nats") { claims.validate(&$0) }
        case .authorizationRequest(let claims):
            issues.at("nats") { claims.validate(&$0) }
            common.validate(at: now, &issues)
        case .authorizationResponse(let claims):
            claims.validate(&issues)
            common.validate(at: now, &issues)
        case .generic(let claims):
            common.validate(at: now, &issues)
            if claims.isSettings { SettingsClaims.validate(claims, &issues) }
        }
        return issues.issues
    }
}

extension CommonClaims {
    /// A token is still valid in the second of `expires`, and already in that of `notBefore`.
    func validate(at now: Int64, _ issues: inout IssueList) {
        if expires > 0, now > expires { issues.time("claim is expired", at: "exp") }
        if notBefore > 0, notBefore > now { issues.time("claim is not yet valid", at: "nbf") }
    }
}
