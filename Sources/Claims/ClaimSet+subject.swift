import NKeys

extension ClaimSet {
    /// What is wrong with the key that the claims are about, or nil: it must be of the kind that such claims are about. A
    /// callout's request and answer, and generic claims, may be about anything but nothing.
    ///
    /// Encoding refuses such a subject; decoding and ``validate(at:isKnownTimeZone:)`` take it, as the reference does, so
    /// that whoever takes claims from elsewhere asks here too.
    public var subjectFault: ClaimsError? { any.subjectFault }
}

extension AnyClaims {
    /// What is wrong with the key that the claims are about; see ``ClaimSet/subjectFault``.
    public var subjectFault: ClaimsError? {
        switch self {
        case .operator: fault(unless: .operator, "expected subject to be an operator public key")
        case .account: fault(unless: .account, "expected subject to be account public key")
        case .user: fault(unless: .user, "expected subject to be user public key")
        case .activation: fault(unless: .account, "expected subject to be an account")
        case .generic(let claims) where claims.isSettings: fault(unless: .account, "expected subject to be an account")
        case .authorizationRequest, .authorizationResponse, .generic:
            subject.isEmpty
                ? ClaimsError(
                    .subject, "subject is not set", at: "sub", remedy: "set the subject to what the claims are about")
                : nil
        }
    }

    private func fault(unless kind: KeyKind, _ message: String) -> ClaimsError? {
        guard !PublicKey.isValid(subject, kind) else { return nil }
        return ClaimsError(
            .subject, message, at: "sub", remedy: "the subject must be the public key of the \(kind.name)")
    }
}
