public import Claims

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
            findings.append(Self.finding(claims, "is not signed by its own identity key"))
        }
        for account in accounts {
            let accountClaims = try account.claims()
            findings += Self.findings(accountClaims, at: now)
            if !claims.didSign(accountClaims) {
                findings.append(Self.finding(accountClaims, Self.untrusted(accountClaims, by: claims)))
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
            findings.append(finding(user, "is signed by \(user.issuer), which is no key of its account"))
        } else if `operator`.strictSigningKeyUsage, user.issuer == account.subject {
            findings.append(
                finding(user, "is signed by the account's identity key, but the operator requires signing keys"))
        }
        if let scope = account.signingKey(user.issuer)?.scope {
            do throws(ClaimsError) {
                try scope.check(user)
            } catch {
                findings.append(finding(user, error.message))
            }
        }
        if account.isRevoked(user) { findings.append(finding(user, "is revoked", level: .warning)) }
        if user.limits.bearerToken, account.limits.disallowBearer {
            findings.append(finding(user, "is a bearer user, which its account does not allow"))
        }
        return findings
    }

    /// What the claims themselves say.
    public static func findings(_ claims: some ClaimSet, at now: Int64) -> [Finding] {
        claims.validate(at: now).map { finding(claims, $0.description, level: $0.level) }
    }

    private static func untrusted(_ account: AccountClaims, by operator: OperatorClaims) -> String {
        account.issuer == `operator`.subject
            ? "is signed by the operator's identity key, but the operator requires signing keys"
            : "is signed by \(account.issuer), which is no key of its operator"
    }

    private static func finding(
        _ claims: some ClaimSet, _ text: String, level: ValidationIssue.Level = .error
    ) -> Finding {
        Finding(
            kind: claims.kind.rawValue, name: claims.name, publicKey: claims.subject, level: level, text: text)
    }
}
