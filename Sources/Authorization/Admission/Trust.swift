public import Claims
public import NKeys

/// The operators that a server trusts, at one moment.
public struct Trust: Sendable {
    /// The operators' claims, verified.
    public let operators: [OperatorClaims]
    /// The only accounts whose users may sign in; nil for all.
    public let pinnedAccounts: Set<PublicKey>?

    public init(operators: [OperatorClaims], pinnedAccounts: Set<PublicKey>? = nil) {
        self.operators = operators
        self.pinnedAccounts = pinnedAccounts
    }

    /// Whether an operator signed these claims with a key that may sign them: its identity, unless only signing keys may
    /// be used, or one of its signing keys.
    public func signed(_ account: AccountClaims) -> Bool {
        operators.contains { $0.didSign(account) }
    }

    /// Whether the operator that signed an account lets only signing keys sign, which then holds for the account's users
    /// as well.
    func requiresSigningKeys(_ account: AccountClaims) -> Bool {
        operators.contains { $0.strictSigningKeyUsage && $0.didSign(account) }
    }
}

/// An account's claims as a server holds them: decoded, their signature verified.
public struct ResolvedAccount: Sendable {
    public let key: PublicKey
    public let claims: AccountClaims
    public let version: TokenVersion
    /// The JWT's text, to be handed on.
    public let token: String
    /// The first rule that the claims break; nobody signs in to an account that has one. Times are not looked at here.
    public let fault: String?

    /// - Throws: ``ClaimsError`` when the token is not an account JWT whose signature verifies; ``Refusal`` is not used
    ///   here, since whether the account is trusted depends on the moment it is asked.
    public init(token text: String) throws {
        let decoded = try Token.decode(text)
        guard case .account(let claims) = decoded.claims else { throw NotAnAccountToken() }
        key = try PublicKey(claims.subject)
        self.claims = claims
        version = decoded.version
        token = text
        // Found out once, since the claims may be large. The level of times is left out, so the moment does not matter.
        fault = claims.validate(at: 0).first { $0.level == .error }?.description
    }
}

/// The token is in order, but not an account's.
public struct NotAnAccountToken: Error, Sendable, CustomStringConvertible {
    public var description: String { "the token is not an account JWT" }
}
