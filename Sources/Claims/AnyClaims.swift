/// Claims of any type.
public enum AnyClaims: Sendable, Hashable {
    case `operator`(OperatorClaims)
    case account(AccountClaims)
    case user(UserClaims)
    case activation(ActivationClaims)
    case authorizationRequest(AuthorizationRequestClaims)
    case authorizationResponse(AuthorizationResponseClaims)
    case generic(GenericClaims)

    /// The claims behind the case.
    public var value: any ClaimSet {
        switch self {
        case .operator(let claims): claims
        case .account(let claims): claims
        case .user(let claims): claims
        case .activation(let claims): claims
        case .authorizationRequest(let claims): claims
        case .authorizationResponse(let claims): claims
        case .generic(let claims): claims
        }
    }

    /// The type, as `nats.type` says it.
    public var kind: ClaimKind { value.kind }
    /// The claims beside `nats`.
    public var common: CommonClaims { value.common }
    /// `name`
    public var name: String { value.common.name }
    /// `sub`: the public key that the claims are about, as text.
    public var subject: String { value.common.subject }
    /// `iss`: the public key that signed, as text.
    public var issuer: String { value.common.issuer }
    /// `iat`: seconds since 1970.
    public var issuedAt: Int64 { value.common.issuedAt }
    /// `exp`: seconds since 1970; 0 for never.
    public var expires: Int64 { value.common.expires }
    /// `nbf`: seconds since 1970; 0 for always valid so far.
    public var notBefore: Int64 { value.common.notBefore }
    /// `nats.tags`
    public var tags: [String] { value.tags }

    /// `nats.version` of the token that the claims were read from.
    public var formatVersion: Int { value.formatVersion }

    /// `issuer_account` of a user, an activation or a callout's answer; "" elsewhere.
    public var issuerAccount: String {
        switch self {
        case .user(let claims): claims.issuerAccount
        case .activation(let claims): claims.issuerAccount
        case .authorizationResponse(let claims): claims.issuerAccount
        default: ""
        }
    }
}
