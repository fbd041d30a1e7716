public import Claims
public import NKeys

extension DirectoryReader {
    /// Checks the operator's token, and those of accounts with all their users: the rules of the format, the times, and
    /// whether each was signed by a key that servers trust for it.
    ///
    /// - Parameters:
    ///   - accounts: the accounts to check.
    ///   - now: the time in Unix seconds.
    public func findings(
        for operator: OperatorEntry, accounts: [AccountEntry], at now: Int64
    ) throws -> [Finding] {
        let claims = try `operator`.claims()
        var findings = Self.findings(claims, at: now)
        if claims.issuer != claims.subject {
            findings.append(Self.finding(claims, "is not signed by its own identity key", at: "iss"))
        }
        for account in accounts {
            let accountClaims = try account.claims()
            findings += Self.findings(accountClaims, at: now)
            if !claims.didSign(accountClaims) {
                findings.append(Self.finding(accountClaims, Self.untrusted(accountClaims, by: claims), at: "iss"))
            }
            for user in try users(of: account) {
                findings += Self.findings(of: try user.claims(), in: accountClaims, claims, at: now)
            }
        }
        return findings
    }

    private static func findings(
        of user: UserClaims, in account: AccountClaims, _ operator: OperatorClaims, at now: Int64
    ) -> [Finding] {
        var findings = findings(user, at: now)
        if !account.didSign(user) {
            findings.append(finding(user, "is signed by \(user.issuer), which is no key of its account", at: "iss"))
        } else if `operator`.strictSigningKeyUsage, user.issuer == account.subject {
            findings.append(
                finding(
                    user, "is signed by the account's identity key, but the operator requires signing keys",
                    at: "iss"))
        }
        if let scope = account.signingKey(user.issuer)?.scope {
            do throws(ClaimsError) {
                try scope.check(user)
            } catch {
                findings.append(finding(user, error.message, at: error.path))
            }
        }
        if account.isRevoked(user) { findings.append(finding(user, "is revoked", at: "iat", level: .warning)) }
        if user.limits.bearerToken, account.limits.disallowBearer {
            findings.append(
                finding(user, "is a bearer user, which its account does not allow", at: "nats.bearer_token"))
        }
        return findings
    }

    /// What the claims themselves say, and whether they are about a key of the right kind.
    public static func findings(_ claims: some ClaimSet, at now: Int64) -> [Finding] {
        let subject = claims.subjectFault.map { finding(claims, $0.message, at: $0.path) }
        let issues = claims.validate(at: now, isKnownTimeZone: SystemTimeZones.isKnown).map {
            finding(claims, $0.description, at: $0.path, level: $0.level)
        }
        return [subject, unknownType(claims)].compactMap { $0 } + issues
    }

    /// What is wrong with a token beside which, in its file, stands a seed.
    public static func findings(_ claims: some ClaimSet, withSeedOf key: PublicKey) -> [Finding] {
        guard claims.subject != key.text else { return [] }
        return [finding(claims, "the seed in the file is that of \(key.text), not of this user", at: "sub")]
    }

    /// Servers compare types byte by byte, so that one in capitals is a type that nobody knows.
    private static func unknownType(_ claims: some ClaimSet) -> Finding? {
        guard case .generic(let generic) = claims.any, ClaimKind(rawValue: generic.type) == nil,
            let kind = ClaimKind(rawValue: generic.type.lowercased())
        else { return nil }
        return finding(
            claims, "the type is \"\(generic.type)\", which no server takes for \"\(kind.rawValue)\"", at: "nats.type")
    }

    private static func untrusted(_ account: AccountClaims, by operator: OperatorClaims) -> String {
        account.issuer == `operator`.subject
            ? "is signed by the operator's identity key, but the operator requires signing keys"
            : "is signed by \(account.issuer), which is no key of its operator"
    }

    /// Something that is wrong with claims.
    public static func finding(
        _ claims: some ClaimSet, _ text: String, at path: String = "", level: ValidationIssue.Level = .error
    ) -> Finding {
        Finding(
            kind: claims.kind.rawValue, name: SecretText.hidden(in: claims.name),
            publicKey: SecretText.hidden(in: claims.subject), level: level,
            path: path, text: text)
    }
}
