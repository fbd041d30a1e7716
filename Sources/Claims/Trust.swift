extension OperatorClaims {
    /// Whether this operator signed the claims: with its identity key, or with one of its signing keys.
    ///
    /// An operator that is strict about signing keys signs only its own claims with the identity key.
    public func didSign(_ claims: some ClaimSet) -> Bool {
        didSign(issuer: claims.issuer, subject: claims.subject)
    }

    /// Whether this operator signed the claims; see ``didSign(_:)-(ClaimSet)``.
    public func didSign(_ claims: AnyClaims) -> Bool {
        didSign(issuer: claims.issuer, subject: claims.subject)
    }

    private func didSign(issuer: String, subject claimSubject: String) -> Bool {
        if issuer == subject { return !strictSigningKeyUsage || claimSubject == subject }
        return signingKeys.contains(issuer)
    }
}

extension AccountClaims {
    /// Whether this account signed the claims: any claims with its identity key; users and activations also with one
    /// of its signing keys, when they name the account in `issuer_account`.
    ///
    /// Whether a scoped signing key may sign this very user is for ``UserScope/check(_:)``.
    public func didSign(_ claims: some ClaimSet) -> Bool {
        didSign(claims.any)
    }

    /// Whether this account signed the claims; see ``didSign(_:)-(ClaimSet)``.
    public func didSign(_ claims: AnyClaims) -> Bool {
        if claims.issuer == subject { return true }
        switch claims {
        case .user, .activation: return claims.issuerAccount == subject && signingKey(claims.issuer) != nil
        default: return false
        }
    }

    /// Whether a user is revoked in this account. Claims without an issue time or a subject count as revoked.
    public func isRevoked(_ claims: UserClaims) -> Bool {
        if claims.issuedAt == 0 || claims.subject.isEmpty { return true }
        return revocations.isRevoked(claims.subject, issuedAt: claims.issuedAt)
    }
}

extension Export {
    /// Whether an activation of this export is revoked. Claims without an issue time or a subject count as revoked.
    public func isRevoked(_ claims: ActivationClaims) -> Bool {
        if claims.issuedAt == 0 || claims.subject.isEmpty { return true }
        return revocations.isRevoked(claims.subject, issuedAt: claims.issuedAt)
    }
}

extension UserScope {
    /// Checks that the scope's key may have signed a user: the user must have no permissions or limits of its own, not
    /// even an empty list. Name, tags, times of validity and issuer account are free.
    /// - Throws: ``ClaimsError``: `issuer not the scoped signer`, `scoped users require no permissions or limits set`.
    public func check(_ user: UserClaims) throws(ClaimsError) {
        guard user.issuer == key else {
            throw ClaimsError(
                .scope, "issuer not the scoped signer", at: "iss", remedy: "sign the user with the scope's own key")
        }
        guard user.hasEmptyPermissions else {
            throw ClaimsError(
                .scope, "scoped users require no permissions or limits set", at: "nats",
                remedy: "leave permissions and limits to the scope's template, or sign with a key without a scope")
        }
    }
}

extension UserClaims {
    /// Whether nothing is set among permissions and limits.
    public var hasEmptyPermissions: Bool { limits.isEmpty }
}
